import type {
  PolicyResource,
  ResourceValidationArgs,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { expect } from "chai";
import { ACCESS_RULES } from "../../policy/access-rules";
import { DATA_RULES } from "../../policy/data-rules";
import { OPERATION_RULES } from "../../policy/operation-rules";
import { EVERY_CHOICE } from "../support/program/choices";
import { programWith } from "../support/program/dev-program";

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

const RULES = [...ACCESS_RULES, ...DATA_RULES, ...OPERATION_RULES];

/** What the rules say of some resources, as `rule: violation`, without a Pulumi engine. */
async function judge(resources: readonly Declared[]): Promise<string[]> {
  const violations: string[] = [];
  const asPolicyResource = (resource: Declared): PolicyResource =>
    ({ ...resource, urn: `urn:${resource.name}` }) as unknown as PolicyResource;
  for (const rule of RULES) {
    const report = (message: string): void => void violations.push(`${rule.name}: ${message}`);
    if (isStackRule(rule)) {
      const args = { resources: resources.map(asPolicyResource) } as unknown as StackValidationArgs;
      await rule.validateStack(args, report);
      continue;
    }
    for (const validate of [rule.validateResource ?? []].flat())
      for (const resource of resources)
        await validate(asPolicyResource(resource) as unknown as ResourceValidationArgs, report);
  }
  return violations;
}

const isStackRule = (rule: (typeof RULES)[number]): rule is StackValidationPolicy => "validateStack" in rule;

describe("The policy pack", () => {
  let resources: readonly Declared[];
  const declaredWith = async (settings: Readonly<Record<string, string>>): Promise<Declared[]> => {
    const program = await programWith(settings);
    return program.resources.map(({ type, name, inputs }) => ({ type, name, props: { ...inputs } }));
  };
  before(async () => {
    resources = await declaredWith({});
  });

  it("finds nothing to say of the program that is deployed", async () => {
    expect(resources.length).to.be.greaterThan(50);
    expect(await judge(resources)).to.deep.equal([]);
  });

  it("finds nothing to say of it with all that is off by default", async () => {
    expect(await judge(await declaredWith(EVERY_CHOICE))).to.deep.equal([]);
  });

  /** The program with one resource changed, or taken out. */
  const changed = (
    type: string,
    change: (props: Record<string, unknown>) => object | undefined,
  ): Declared[] => {
    // The bucket of Athena's answers holds no data, and may do what those of the lake may not.
    const ofLake = resources.filter(({ name }) => !name.includes("lake-results"));
    const first = ofLake.find((resource) => resource.type.endsWith(`:${type}`))!;
    const props = change(first.props);
    const others = resources.filter((resource) => resource !== first);
    return props === undefined ? others : [...others, { ...first, props: { ...first.props, ...props } }];
  };
  const allow = (Action: string, Resource: string): object => ({
    policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource }] }),
  });
  const gone = (): undefined => undefined;
  const QUEUE = "arn:aws:sqs:eu-west-2:123456789012:queue";

  const violations: readonly (readonly [
    rule: string,
    what: string,
    type: string,
    change: (props: Record<string, unknown>) => object | undefined,
  ])[] = [
    ["exact-permissions", "every action", "RolePolicy", () => allow("s3:*", "arn:aws:s3:::lake/*")],
    ["exact-permissions", "every resource", "RolePolicy", () => allow("s3:GetObject", "*")],
    ["exact-permissions", "every bucket", "RolePolicy", () => allow("s3:GetObject", "arn:aws:s3:::*")],
    ["exact-permissions", "every queue", "RolePolicy", () => allow("sqs:SendMessage", "arn:aws:sqs:*:*:*")],
    [
      "no-managed-policies",
      "administrator",
      "Role",
      () => ({ managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
    ],
    ["invoked-by-a-known-source", "any bucket", "Permission", () => ({ sourceArn: undefined })],
    ["invoked-by-a-known-source", "any account", "Permission", () => ({ sourceAccount: undefined })],
    ["no-secret-in-the-environment", "by its name", "Function", () => variables({ DB_PASSWORD: "x" })],
    [
      "no-secret-in-the-environment",
      "by its value",
      "Function",
      () => variables({ SOURCE: "postgresql://me:secret@db/shop" }),
    ],
    ["buckets-closed", "one setting is off", "BucketPublicAccessBlock", () => ({ blockPublicPolicy: false })],
    ["buckets-closed", "not at all", "BucketPublicAccessBlock", gone],
    [
      "buckets-versioned",
      "suspended",
      "BucketVersioning",
      () => ({ versioningConfiguration: { status: "Suspended" } }),
    ],
    ["buckets-encrypted", "not at all", "BucketServerSideEncryptionConfiguration", gone],
    ["buckets-tls-only", "no policy", "BucketPolicy", gone],
    [
      "buckets-immutable",
      "a policy that denies nothing",
      "BucketPolicy",
      () => ({ policy: { Statement: [] } }),
    ],
    ["queues-encrypted", "switched off", "Queue", () => ({ sqsManagedSseEnabled: false })],
    ["logs-expire", "never", "LogGroup", () => ({ retentionInDays: undefined })],
    ["failed-events-kept", "no destination", "FunctionEventInvokeConfig", gone],
    ["undelivered-kept", "no queue", "Schedule", () => ({ target: { arn: QUEUE } })],
    ["alarms-tell", "nobody", "MetricAlarm", () => ({ alarmActions: [] })],
    ["alarms-tell", "not that it is over", "MetricAlarm", () => ({ okActions: undefined })],
    ["alarms-tell", "not what to do", "MetricAlarm", () => ({ alarmDescription: "It is broken." })],
    ["alarms-tell", "not what silence means", "MetricAlarm", () => ({ treatMissingData: undefined })],
  ];
  for (const [rule, what, type, change] of violations) {
    it(`catches a violation of ${rule}: ${what}`, async () => {
      const said = await judge(changed(type, change));
      expect(said.map((line) => line.split(":")[0])).to.include(rule);
    });
  }

  it("catches a violation of failed-messages-kept, and names the queue", async () => {
    const feeding = resources.find(({ props }) => props["redrivePolicy"] !== undefined)!;
    const without = { ...feeding, props: { ...feeding.props, redrivePolicy: undefined } };
    const said = await judge([...resources.filter((resource) => resource !== feeding), without]);
    expect(said).to.deep.equal([
      `failed-messages-kept: ${feeding.name} feeds a Lambda and loses what that fails on: set a redrivePolicy`,
    ]);
  });

  it("catches a worker that no queue feeds", async () => {
    const said = await judge(changed("EventSourceMapping", gone));
    expect(said.map((line) => line.split(":")[0])).to.deep.equal(["failed-events-kept"]);
  });

  it("catches a violation of one-role-a-function, and names both", async () => {
    const [, second] = resources.filter(({ type }) => type.endsWith(":Function"));
    const said = await judge(changed("Function", () => ({ role: second!.props["role"] })));
    expect(said.filter((line) => line.startsWith("one-role-a-function"))).to.have.length(2);
  });

  it("catches a violation of errors-alarm, and names the Lambda", async () => {
    const [lambda] = resources.filter(({ type }) => type.endsWith(":Function"));
    const isWatching = ({ props }: Declared): boolean =>
      props["metricName"] === "Errors" &&
      (props["dimensions"] as Record<string, string>)["FunctionName"] === lambda!.name;
    expect(await judge(resources.filter((resource) => !isWatching(resource)))).to.deep.equal([
      `errors-alarm: ${lambda!.name} fails unnoticed: declare an alarm on its Errors`,
    ]);
  });

  it("catches a managed policy that is attached, but for those that AWS means for Lambdas", async () => {
    const attach = (policy: string): Declared => ({
      type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      name: "attached",
      props: { policyArn: `arn:aws:iam::aws:policy/${policy}` },
    });
    expect(await judge([attach("service-role/AWSLambdaVPCAccessExecutionRole")])).to.deep.equal([]);
    expect(await judge([attach("AmazonS3FullAccess")])).to.have.length(1);
  });

  it("has a violation of each rule in these tests", () => {
    const shown = new Set([
      ...violations.map(([rule]) => rule),
      "one-role-a-function",
      "errors-alarm",
      "failed-messages-kept",
    ]);
    expect(RULES.map(({ name }) => name)).to.have.members([...shown]);
  });
});

const variables = (values: Record<string, string>): object => ({ environment: { variables: values } });
