import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { DEPLOYABLE_TYPES, deployStatements, readStatements } from "../../bootstrap/deploy-permissions";
import { subjectOf } from "../../bootstrap/github-subject";
import { declareResources } from "../../local/pulumi/program";
import type { DeclaredResource } from "../../local/cloud/declared-resource";
import { EVERY_CHOICE } from "../support/program/choices";
import { resourcesOf, statementsOf } from "../support/program/declared";
import { failureOf } from "../support/failure";
import { registrationsOf } from "../support/program/registrations";

const ENTRY = resolve(__dirname, "../../bootstrap/index.ts");
const KEY = "arn:aws:kms:eu-west-2:123456789012:key/1";
const CONFIG = {
  "marble-bootstrap:repository": "acme/marble",
  "marble-bootstrap:stateBucket": "acme-pulumi-state",
  "marble-bootstrap:stateKey": KEY,
};

describe("The bootstrap of an account", () => {
  const bootstrap = async (config: Record<string, string> = {}): Promise<readonly DeclaredResource[]> => {
    const { resources } = await declareResources({
      config: { ...CONFIG, ...config },
      stack: "account",
      program: () => {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- nothing else makes Node load a module again
        delete require.cache[ENTRY];
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the mocks are set, not before
        return require(ENTRY) as Record<string, unknown>;
      },
    });
    return resources;
  };
  const trustOf = (resources: readonly DeclaredResource[], role: string): unknown =>
    statementsOf(
      resourcesOf(resources, "Role").find(({ name }) => name === role)?.inputs["assumeRolePolicy"],
    )[0]?.condition;
  const condition = (...subjects: string[]): unknown => ({
    StringEquals: {
      "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      "token.actions.githubusercontent.com:sub": subjects,
    },
  });

  it("is the program that Pulumi runs in its folder, not the program of the parent folder", () => {
    expect(parse(readFileSync(resolve(ENTRY, "../Pulumi.yaml"), "utf8"))).to.include({ main: "index.ts" });
  });

  it("gives the role of a stack to jobs of that stack's environment only", async () => {
    const resources = await bootstrap();
    expect(resourcesOf(resources, "Role").map(({ name }) => name)).to.have.members([
      "github-marble-deploy-dev",
      "github-marble-deploy-prod",
      "github-marble-read",
    ]);
    expect(trustOf(resources, "github-marble-deploy-prod")).to.deep.equal(
      condition("repo:acme/marble:environment:prod"),
    );
    expect(trustOf(resources, "github-marble-read")).to.deep.equal(
      condition("repo:acme/marble:pull_request", "repo:acme/marble:ref:refs/heads/main"),
    );
  });

  it("trusts a repository by its ids when its tokens carry them", async () => {
    const ids = { "marble-bootstrap:ownerId": "123", "marble-bootstrap:repositoryId": "456" };
    expect(trustOf(await bootstrap(ids), "github-marble-deploy-dev")).to.deep.equal(
      condition("repo:acme@123/marble@456:environment:dev"),
    );
  });

  it("uses the existing OpenID Connect provider of an account", async () => {
    expect(resourcesOf(await bootstrap(), "OpenIdConnectProvider")).to.have.lengthOf(1);
    const existing = await bootstrap({
      "marble-bootstrap:providerArn": "arn:aws:iam::123456789012:oidc-provider/x",
    });
    expect(resourcesOf(existing, "OpenIdConnectProvider")).to.deep.equal([]);
  });

  it("refuses two stacks when the role of one would reach the other", async () => {
    const error = await failureOf(bootstrap({ "marble-bootstrap:stacks": "dev,prod,dev-eu" }));
    expect(error.message).to.include("role of stack dev would reach stack dev-eu");
  });

  /** The secrets that the boundary of a stack lets its roles read. */
  const secretsOf = (resources: readonly DeclaredResource[], stack: string): readonly string[] =>
    statementsOf(
      resourcesOf(resources, "Policy").find(({ name }) => name === `github-marble-boundary-${stack}`)!.inputs[
        "policy"
      ],
    ).find(({ actions }) => actions.includes("secretsmanager:GetSecretValue"))!.resources;
  const secret = (name: string): string =>
    `arn:aws:secretsmanager:eu-west-2:123456789012:secret:${name}-??????`;

  it("limits each stack to its own secrets by name", async () => {
    const byDefault = await bootstrap();
    expect(secretsOf(byDefault, "dev")).to.deep.equal([secret("dev/*")]);
    expect(secretsOf(byDefault, "prod")).to.deep.equal([secret("prod/*")]);
    const named = await bootstrap({
      "marble-bootstrap:secrets": JSON.stringify({ prod: "Totesys-Credentials,Warehouse-*" }),
    });
    expect(secretsOf(named, "dev")).to.deep.equal([secret("dev/*")]);
    expect(secretsOf(named, "prod")).to.deep.equal([secret("Totesys-Credentials"), secret("Warehouse-*")]);
  });

  for (const [what, secrets, why] of [
    ["of an unknown stack", { test: "test/*" }, "unknown stack test"],
    ["that match every secret", { dev: "*" }, "secrets.dev is not a list of names"],
    ["that are invalid for a secret", { dev: "dev/*, shared" }, "secrets.dev is not a list of names"],
    ["that are not text", { prod: ["prod/*"] }, "secrets.prod is not a list of names"],
  ] as const) {
    it(`refuses names of secrets ${what}`, async () => {
      const error = await failureOf(bootstrap({ "marble-bootstrap:secrets": JSON.stringify(secrets) }));
      expect(error.message).to.include(why);
    });
  }

  it("names the fault in the setting of the repository", async () => {
    expect((await failureOf(bootstrap({ "marble-bootstrap:repository": "marble" }))).message).to.include(
      "OWNER/NAME",
    );
    expect((await failureOf(bootstrap({ "marble-bootstrap:ownerId": "1" }))).message).to.include(
      "set both ownerId and repositoryId",
    );
  });

  for (const { context, sub } of [
    { context: { environment: "dev" }, sub: "environment:dev" },
    { context: { branch: "main" }, sub: "ref:refs/heads/main" },
    { context: "pull_request" as const, sub: "pull_request" },
  ]) {
    it(`writes the subject of ${sub} in both formats`, () => {
      const repository = { owner: "acme", name: "marble" };
      expect(subjectOf(repository, context)).to.equal(`repo:acme/marble:${sub}`);
      expect(subjectOf({ ...repository, ids: { owner: "1", repository: "2" } }, context)).to.equal(
        `repo:acme@1/marble@2:${sub}`,
      );
    });
  }
});

describe("The role of a deployment", () => {
  const account = { partition: "aws", region: "eu-west-2", accountId: "123456789012" };
  const state = { bucketArn: "arn:aws:s3:::acme-pulumi-state", keyArn: KEY };
  const boundary = "arn:aws:iam::123456789012:policy/github-marble-boundary-prod";
  const statements = statementsOf({
    Statement: deployStatements({ account, state, stack: "prod", boundary }),
  });
  const read = statementsOf({ Statement: readStatements({ account, state, stacks: ["dev", "prod"] }) });

  it("can deploy every type of resource that the program declares", async () => {
    const chosen = Object.entries(EVERY_CHOICE).map(([name, value]) => [`marble:${name}`, value]);
    const registered = await registrationsOf({
      config: { "marble:alertEmail": "data@example.com", ...(Object.fromEntries(chosen) as object) },
    });
    const types = new Set(registered.map(({ type }) => type).filter((type) => !type.startsWith("marble:")));
    expect(
      [...types].filter((type) => !DEPLOYABLE_TYPES.includes(type)),
      "add what they need to bootstrap/deploy-permissions.ts",
    ).to.deep.equal([]);
  }).timeout(60_000);

  it("can delete only the bucket of Athena's results and cannot touch an object of the lake", () => {
    const answers = "arn:aws:s3:::marble-prod-lake-results-*";
    const deleting = statements.filter(({ actions }) => actions.includes("s3:DeleteBucket"));
    expect(deleting.map(({ resources }) => resources)).to.deep.equal([[answers]]);
    for (const { actions, resources } of statements) {
      if (!actions.some((action) => /^s3:(?!PutBucket)\w*Object\w*$/.test(action))) continue;
      const elsewhere = resources.filter((resource) => !resource.startsWith(`${state.bucketArn}/`));
      if (elsewhere.length > 0) expect(elsewhere).to.deep.equal([`${answers}/*`]);
      if (elsewhere.length > 0) expect(actions).to.deep.equal(["s3:DeleteObject", "s3:DeleteObjectVersion"]);
    }
  });

  it("cannot make S3 delete an object of the lake by a bucket policy or a lifecycle rule", () => {
    // The program gives these names to the two buckets of the lake.
    for (const bucket of ["marble-prod-ingestion-1a2b3c4", "marble-prod-processed-1a2b3c4"]) {
      const arn = `arn:aws:s3:::${bucket}`;
      const writes = statements
        .filter(({ resources }) =>
          resources.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(arn)),
        )
        .flatMap(({ actions }) => actions)
        .filter((action) => /^s3:(?!Get|List)/.test(action));
      expect(writes).to.have.members([
        "s3:PutBucketNotification",
        "s3:PutBucketTagging",
        "s3:TagResource",
        "s3:UntagResource",
      ]);
    }
  });

  it("cannot write a policy for a person or for a role outside of the stack", () => {
    const written = statements.filter(({ actions }) => actions.some((one) => /^iam:\w*Policy/.test(one)));
    expect(written).to.not.deep.equal([]);
    for (const { actions, resources } of written) {
      expect(actions).to.not.include.members(["iam:CreatePolicyVersion"]);
      expect(actions.filter((action) => /Policy(Version)?$/.test(action))).to.not.include("iam:CreatePolicy");
      for (const arn of resources) expect(arn).to.match(/:role\/marble-prod-\*$/);
    }
  });

  it("reaches one stack only", () => {
    const elsewhere = statements
      .flatMap(({ resources }) => resources)
      .filter(
        (arn) =>
          arn !== "*" &&
          arn !== KEY &&
          !/marble[-_]prod[-_]/.test(arn) &&
          !arn.startsWith(state.bucketArn) &&
          // Glue needs the catalogue of the account for every database and table.
          !arn.endsWith(":catalog") &&
          // AWS searches all alarms for a name.
          !arn.endsWith(":alarm:*") &&
          // These resources have random names.
          !arn.endsWith(":event-source-mapping:*"),
      );
    expect(elsewhere).to.deep.equal([]);
    expect(statements.flatMap(({ resources }) => resources).join()).to.not.include("dev");
    const anywhere = statements.filter(({ resources }) => resources.includes("*"));
    const limited = anywhere.filter(({ condition }) => condition !== undefined);
    expect(limited.map(({ condition }) => condition)).to.deep.equal([
      {
        ArnLike: { "lambda:FunctionArn": ["arn:aws:lambda:eu-west-2:123456789012:function:marble-prod-*"] },
      },
    ]);
    const mappings = statements.filter(({ resources }) => resources.join().includes("event-source-mapping"));
    expect(mappings.map(({ actions, condition }) => [actions, condition])).to.deep.equal([
      [["lambda:ListTags"], undefined],
      [
        ["lambda:TagResource"],
        { StringEquals: { "aws:RequestTag/project": "marble", "aws:RequestTag/stack": "prod" } },
      ],
    ]);
    expect(
      anywhere.filter((statement) => !limited.includes(statement)).flatMap(({ actions }) => actions),
    ).to.deep.equal([
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "sns:GetSubscriptionAttributes",
      "logs:PutQueryDefinition",
      "logs:DeleteQueryDefinition",
      "quicksight:CreateDataSource",
      "sns:SetSubscriptionAttributes",
      "sns:Unsubscribe",
    ]);
  });

  it("cannot change itself and passes roles only to Lambda and the scheduler", () => {
    const roles = statements.filter(({ actions }) => actions.some((action) => action.startsWith("iam:")));
    for (const { resources } of roles) {
      expect(resources).to.have.length(1);
      expect(resources[0]).to.match(/^arn:aws:iam::123456789012:(role|policy)\/marble-prod-\*$/);
    }
    expect(roles.find(({ actions }) => actions.includes("iam:PassRole"))?.condition).to.deep.equal({
      StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] },
    });
  });

  it("creates and changes roles only within the boundary of its stack", () => {
    for (const action of ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]) {
      const granted = statements.filter(({ actions }) => actions.includes(action));
      expect(granted.map(({ condition }) => condition)).to.deep.equal([
        { StringEquals: { "iam:PermissionsBoundary": boundary } },
      ]);
    }
    const anyAction = statements.flatMap(({ actions }) => actions);
    expect(anyAction).to.not.include.members(["iam:DeleteRolePermissionsBoundary"]);
    expect(anyAction).to.not.include.members(["iam:AttachRolePolicy"]);
  });

  it("reads only QuickSight's secret, because QuickSight requires that of whoever creates its data source", () => {
    const statements = statementsOf({
      Statement: deployStatements({ account, state, stack: "dev", boundary }),
    });
    const reading = statements.filter(({ actions }) =>
      actions.some((one) => one.startsWith("secretsmanager:")),
    );
    expect(reading.map(({ actions, resources }) => [actions, resources])).to.deep.equal([
      [
        ["secretsmanager:GetSecretValue"],
        ["arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble-dev-quicksight-*"],
      ],
    ]);
  });

  it("fits into an inline policy", () => {
    for (const Statement of [
      deployStatements({ account, state, stack: "a".repeat(30), boundary }),
      readStatements({ account, state, stacks: ["dev", "prod"] }),
    ]) {
      expect(JSON.stringify({ Version: "2012-10-17", Statement }).length).to.be.lessThan(10_240);
    }
  });

  it("has a counterpart for previews that changes nothing and reads neither secrets nor data", () => {
    for (const { actions, resources } of read) {
      for (const action of actions) {
        expect(action).to.match(/:(Get|List|Describe)|^kms:Decrypt$/);
        expect(action).to.not.match(/^(secretsmanager|logs:Get|sqs:Receive)/);
        if (action === "s3:GetObject") expect(resources).to.deep.equal([`${state.bucketArn}/.pulumi/*`]);
      }
    }
  });
});
