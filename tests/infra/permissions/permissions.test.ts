import { expect } from "chai";
import type { Program } from "../../../local/pulumi/program";
import {
  bucketOf,
  permissionsOf,
  resourcesOf,
  roleOf,
  stageOf,
  statementsOf,
} from "../../support/program/declared";
import { devProgram } from "../../support/program/dev-program";

describe("The program grants", () => {
  let program: Program;

  before(async () => {
    program = await devProgram();
  });

  const CSV = "????/??/??/*.csv";
  const PARQUET = "????/??/??/*.parquet";

  it("ingest the right to read one secret and to write and read the objects of the ingestion bucket", () => {
    const { arn } = bucketOf(program, "ingestion");
    const under = (...keys: string[]): string[] => keys.map((key) => `${arn}/${key}`);
    expect(stagePermissions(program, "ingest")).to.deep.equal({
      "secretsmanager:GetSecretValue": [secretArn("Totesys-Credentials")],
      "s3:ListBucket": [arn],
      "s3:GetObject": under("commits/*", CSV, "deleted/*", "keys/*"),
      "s3:PutObject": under("commits/*", "heads/*", CSV, "deleted/*", "keys/*"),
      "s3:AbortMultipartUpload": under(CSV, "deleted/*", "keys/*"),
      "s3:PutObjectTagging": under("commits/*"),
    });
  });

  it("process the right to read the ingestion bucket and to write the processed bucket", () => {
    const [from, to] = [bucketOf(program, "ingestion").arn, bucketOf(program, "processed").arn];
    const under = (...keys: string[]): string[] => keys.map((key) => `${to}/${key}`);
    expect(stagePermissions(program, "process")).to.deep.equal({
      "s3:ListBucket": [from, to],
      "s3:GetObject": [
        ...["commits/*", CSV, "deleted/*"].map((key) => `${from}/${key}`),
        ...["commits/*", "rejected/*", "state/*", "tasks/*"].map((key) => `${to}/${key}`),
      ],
      "s3:PutObject": under(
        "commits/*",
        "heads/*",
        "tasks/*",
        "task-messages/*",
        PARQUET,
        "rejected/*",
        "state/*",
      ),
      "s3:AbortMultipartUpload": under(PARQUET, "rejected/*", "state/*"),
    });
  });

  it("remodel the right to read tasks and captured files and to write their results", () => {
    const [from, to] = [bucketOf(program, "ingestion").arn, bucketOf(program, "processed").arn];
    const queue = resourcesOf(program.resources, "Queue").find(({ name }) =>
      /remodel-tasks-\w+$/.test(name),
    )!;
    const permissions = permissionsOf(program, roleOf(program, stageOf(program, "remodel").arn));
    expect(permissions).to.deep.include({
      "s3:ListBucket": [to],
      "s3:GetObject": [`${from}/${CSV}`, `${to}/task-messages/*`],
      "s3:PutObject": ["tasks/*", PARQUET, "rejected/*"].map((key) => `${to}/${key}`),
      "s3:AbortMultipartUpload": [PARQUET, "rejected/*"].map((key) => `${to}/${key}`),
    });
    for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"])
      expect(permissions[`sqs:${action}`]).to.deep.equal([queue.arn]);
    expect(
      Object.keys(permissions).filter((action) => /^(s3|sqs|secretsmanager):/.test(action)),
    ).to.have.lengthOf(7);
  });

  it("S3 the right to send messages from the processed bucket to the task queue", () => {
    const { inputs } = resourcesOf(program.resources, "QueuePolicy")[0]!;
    const { Statement } = JSON.parse(String(inputs["policy"])) as { Statement: unknown[] };
    expect(Statement).to.deep.equal([
      {
        Sid: "NewTasksOfThisBucket",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: `arn:aws:sqs:eu-west-2:123456789012:${String(inputs["queueUrl"])}`,
        Condition: {
          ArnEquals: { "aws:SourceArn": bucketOf(program, "processed").arn },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
    ]);
  });

  it("load the right to read one secret, to read and tag the processed bucket, and to see when ingest last ran", () => {
    const { arn } = bucketOf(program, "processed");
    expect(stagePermissions(program, "load")).to.deep.equal({
      "secretsmanager:GetSecretValue": [secretArn("Warehouse-Credentials")],
      "s3:ListBucket": [arn],
      "s3:GetObject": [`${arn}/commits/*`, `${arn}/${PARQUET}`],
      "s3:PutObjectTagging": [`${arn}/${PARQUET}`],
      "s3:GetObjectTagging": [`${bucketOf(program, "ingestion").arn}/commits/*`],
    });
  });

  it("report the right to read one secret, to write and share reports, and to publish to its topic", () => {
    const { arn } = bucketOf(program, "reports");
    const REPORT = `${arn}/????/??/??/commit-*.html`;
    expect(stagePermissions(program, "report")).to.deep.equal({
      "secretsmanager:GetSecretValue": [secretArn("Warehouse-Credentials")],
      "s3:ListBucket": [arn],
      "s3:PutObject": [REPORT, `${arn}/latest.html`, `${arn}/mailed/*`],
      "s3:GetObject": [REPORT, `${arn}/latest.html`, `${arn}/mailed/*`],
      "sns:Publish": [
        resourcesOf(program.resources, "Topic").find(({ name }) => name.includes("reports"))!.arn,
      ],
    });
  });

  it("each schedule the right to invoke its stage", () => {
    for (const { inputs } of resourcesOf(program.resources, "Schedule")) {
      const target = inputs["target"] as { arn: string; roleArn: string };
      expect(permissionsOf(program, target.roleArn)).to.deep.equal({
        "lambda:InvokeFunction": [target.arn],
      });
    }
  });

  it("no role an action by wildcard or an unnamed resource", () => {
    for (const { inputs, name } of resourcesOf(program.resources, "RolePolicy")) {
      for (const { actions, resources } of statementsOf(inputs["policy"])) {
        for (const action of actions) expect(action, name).not.to.include("*");
        // Athena's console lists these names. AWS cannot limit the action to a resource.
        if (actions.every((action) => action.startsWith("athena:List")) && name.includes("lake-reader"))
          continue;
        for (const resource of resources) expect(resource, name).to.match(/^arn:aws:[a-z0-9]+:[^*]+/);
      }
    }
  });

  it("each role to the one service that needs it, and one role to people of the account", () => {
    const principals = resourcesOf(program.resources, "Role").map(
      ({ inputs }) =>
        (inputs["assumeRolePolicy"] as { Statement: { Principal: Record<string, string> }[] }).Statement[0]!
          .Principal,
    );
    expect(principals.flatMap(({ Service, AWS }) => Service ?? AWS).sort()).to.deep.equal([
      "arn:aws:iam::123456789012:root",
      ...Array<string>(5).fill("lambda.amazonaws.com"),
      ...Array<string>(4).fill("scheduler.amazonaws.com"),
    ]);
  });
});

const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:eu-west-2:123456789012:secret:${name}-??????`;

/** The resources in the lake and secrets that a stage may use, by action. */
function stagePermissions(program: Program, name: string): Record<string, string[]> {
  const permissions = permissionsOf(program, roleOf(program, stageOf(program, name).arn));
  return Object.fromEntries(
    Object.entries(permissions).filter(([action]) => /^(s3|secretsmanager|sns):/.test(action)),
  );
}
