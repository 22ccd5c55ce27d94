import { expect } from "chai";
import type { DeclaredFunction, Program } from "../../../local/pulumi/program";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { bucketOf, resourcesOf, stageOf } from "../../support/program/declared";
import { devProgram, programWith } from "../../support/program/dev-program";

describe("The program", () => {
  let program: Program;
  before(async () => {
    program = await devProgram();
  });
  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);
  const bucket = (part: string): DeclaredResource => bucketOf(program, part);
  const stage = (name: string): DeclaredFunction => stageOf(program, name);

  it("makes the business report unless the stack switches it off", async () => {
    expect(program.outputs["reports"]).to.deep.equal({
      bucket: bucket("reports").name,
      function: stage("report").name,
      schedule: "rate(1 hour)",
    });
    const outputs = ["functions", "logGroups"].map((name) => program.outputs[name] as Record<string, string>);
    expect(outputs.map((of) => of["report"])).to.deep.equal([stage("report").name, stage("report").logGroup]);
    const without = await programWith({ report: "false" });
    expect(without.functions).to.have.lengthOf(4);
    expect(without.resources.filter(({ name }) => name.includes("report"))).to.deep.equal([]);
  });

  it("asks for one confirmation unless links to the report are mailed", async () => {
    const asked = ({ resources, outputs }: Program): unknown[] => [
      ...resourcesOf(resources, "TopicSubscription").map(({ inputs }) => inputs["endpoint"]),
      ...(/ two mails /.exec(String(outputs["nextSteps"])) ?? []),
    ];
    expect(asked(program)).to.deep.equal(["data@example.com"]);
    expect(asked(await programWith({ reportMail: "asked" }))).to.deep.equal([
      "data@example.com",
      "data@example.com",
      " two mails ",
    ]);
    const board = await programWith({ reportMail: "07:00", reportEmail: "board@example.com" });
    expect(asked(board)).to.deep.equal(["data@example.com", "board@example.com", " two mails "]);
    for (const email of ["data@example.com", "board@example.com"])
      expect(String(board.outputs["nextSteps"])).to.include(email);
  });

  it("lets only the report stage write reports and overwrites only the latest report, conditionally", () => {
    const policy = all("BucketPolicy").find(({ inputs }) => inputs["bucket"] === bucket("reports").name)!;
    const { Statement } = policy.inputs["policy"] as { Statement: Record<string, unknown>[] };
    const { arn } = bucket("reports");
    const putIfAbsent = Statement.find(({ Sid }) => Sid === "PutIfAbsent")!;
    expect(putIfAbsent).to.include({
      Effect: "Deny",
      Action: "s3:PutObject",
      NotResource: `${arn}/latest.html`,
    });
    expect(Statement.find(({ Sid }) => Sid === "ReplaceAsSeen")).to.deep.include({
      Effect: "Deny",
      Action: "s3:PutObject",
      Resource: `${arn}/latest.html`,
      Condition: {
        Null: { "s3:if-none-match": "true", "s3:if-match": "true" },
        Bool: { "s3:ObjectCreationOperation": "true" },
      },
    });
    expect(Statement.find(({ Sid }) => Sid === "OnlyTheseWrite")).to.deep.include({
      Resource: `${arn}/*`,
      Condition: { ArnNotLike: { "aws:PrincipalArn": [stage("report").roleArn] } },
    });
  });
});
