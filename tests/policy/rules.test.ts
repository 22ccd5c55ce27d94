import { existsSync } from "node:fs";
import { join } from "node:path";
import type {
  PolicyResource,
  ResourceValidationArgs,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy";
import { expect } from "chai";
import { scripts } from "../../package.json";
import { ACCESS_RULES } from "../../policy/access-rules";
import { DATA_RULES } from "../../policy/data-rules";
import { OPERATION_RULES } from "../../policy/operation-rules";
import { EVERY_CHOICE } from "../support/program/choices";
import { programWith } from "../support/program/dev-program";

interface Declared {
  readonly type: string;
  readonly name: string;
  /** undefined for a resource that only a test declares */
  readonly arn?: string;
  readonly props: Record<string, unknown>;
}

const RULES = [...ACCESS_RULES, ...DATA_RULES, ...OPERATION_RULES];

/** @pulumi/policy gives a rule the properties of a resource through this proxy. Reading an unknown property throws. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: object) => object;
  unknownStringValue: string;
};

const urnOf = ({ name, type }: Declared): string => `urn:${type}::${name}`;

/** A resource as the engine passes it to the rules after its creation. */
const deployed = (resource: Declared): PolicyResource =>
  ({ ...resource, urn: urnOf(resource), propertyDependencies: {} }) as unknown as PolicyResource;

/** A resource before its stack exists. The names and ARNs that AWS gives to other resources are unknown. */
function previewed(resource: Declared, all: readonly Declared[]): PolicyResource {
  const found: Record<string, { urn: string }[]> = {};
  const without = (property: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => without(property, each));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, without(property, each)]));
    if (typeof value !== "string") return value;
    const from = all.filter(
      (other) => other !== resource && namesOf(other).some((name) => value.includes(name)),
    );
    if (from.length === 0) return value;
    found[property] = [...(found[property] ?? []), ...from.map((other) => ({ urn: urnOf(other) }))];
    return unknownStringValue;
  };
  const props = Object.fromEntries(
    // The provider turns a policy into text, which is unknown if a part of it is unknown.
    Object.entries(resource.props).map(([name, value]) => {
      const known = without(name, value);
      return [name, name === "policy" && found[name] !== undefined ? unknownStringValue : known];
    }),
  );
  return {
    ...{ type: resource.type, name: resource.name, urn: urnOf(resource) },
    props: unknownCheckingProxy(props),
    propertyDependencies: found,
  } as unknown as PolicyResource;
}

/** The values of a resource that only exist after its creation. These are its ARN and its name with a random suffix. */
const namesOf = ({ arn, name }: Declared): string[] =>
  [arn ?? "", name].filter((text) => text.startsWith("arn:") || /-\w{7}$/.test(text));

/** The violations of the rules by some resources, as `rule: violation`, without a Pulumi engine. */
async function judge(resources: readonly Declared[], { beforeAnyIsThere = false } = {}): Promise<string[]> {
  const violations: string[] = [];
  const asPolicyResources = resources.map((one) =>
    beforeAnyIsThere ? previewed(one, resources) : deployed(one),
  );
  for (const rule of RULES) {
    const report = (message: string): void => void violations.push(`${rule.name}: ${message}`);
    if (isStackRule(rule)) {
      await rule.validateStack({ resources: asPolicyResources } as unknown as StackValidationArgs, report);
      continue;
    }
    for (const validate of [rule.validateResource ?? []].flat())
      for (const resource of asPolicyResources)
        await validate(resource as unknown as ResourceValidationArgs, report);
  }
  return violations;
}

const isStackRule = (rule: (typeof RULES)[number]): rule is StackValidationPolicy => "validateStack" in rule;

describe("The policy pack", () => {
  let resources: readonly Declared[];
  const declaredWith = async (settings: Readonly<Record<string, string>>): Promise<Declared[]> => {
    const program = await programWith(settings);
    return program.resources.map(({ type, name, arn, inputs }) => ({
      type,
      name,
      arn,
      props: { ...inputs },
    }));
  };
  before(async () => {
    resources = await declaredWith({});
  });

  it("accepts the deployed program", async () => {
    expect(resources.length).to.be.greaterThan(50);
    expect(await judge(resources)).to.deep.equal([]);
  });

  it("accepts the program with every option switched on", async () => {
    expect(await judge(await declaredWith(EVERY_CHOICE))).to.deep.equal([]);
  });

  it("accepts a stack before its creation and still applies every rule to unknown values", async () => {
    const functions = resources.filter(({ type }) => type.endsWith(":Function"));
    const [unknown] = functions.map((one) => previewed(one, resources));
    expect(() => (unknown!.props as Record<string, unknown>)["role"]).to.throw(
      "can't be known during preview",
    );
    expect(await judge(resources, { beforeAnyIsThere: true })).to.deep.equal([]);
    expect(await judge(await declaredWith(EVERY_CHOICE), { beforeAnyIsThere: true })).to.deep.equal([]);
  });

  /** The program with one resource changed or removed. */
  const changed = (
    type: string,
    change: (props: Record<string, unknown>) => object | undefined,
  ): Declared[] => {
    // The bucket of Athena's results holds no data, so the rules for the lake do not apply to it.
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
    ["alarms-notify", "without a mail when it rings", "MetricAlarm", () => ({ alarmActions: [] })],
    ["alarms-notify", "without a mail when it ends", "MetricAlarm", () => ({ okActions: undefined })],
    ["alarms-notify", "without a remedy", "MetricAlarm", () => ({ alarmDescription: "It is broken." })],
    [
      "alarms-notify",
      "without a meaning of missing data",
      "MetricAlarm",
      () => ({ treatMissingData: undefined }),
    ],
  ];
  for (const [rule, what, type, change] of violations) {
    it(`catches a violation of ${rule}: ${what}`, async () => {
      for (const beforeAnyIsThere of [false, true]) {
        const said = await judge(changed(type, change), { beforeAnyIsThere });
        expect(said.map((line) => line.split(":")[0])).to.include(rule);
      }
    });
  }

  it("catches a violation of one-role-a-function and names both functions", async () => {
    const [, second] = resources.filter(({ type }) => type.endsWith(":Function"));
    for (const beforeAnyIsThere of [false, true]) {
      const shared = changed("Function", () => ({ role: second!.props["role"] }));
      const said = await judge(shared, { beforeAnyIsThere });
      expect(said.filter((line) => line.startsWith("one-role-a-function"))).to.have.length(2);
    }
  });

  it("catches a violation of errors-alarm and names the Lambda", async () => {
    const [lambda] = resources.filter(({ type }) => type.endsWith(":Function"));
    const isWatching = ({ props }: Declared): boolean =>
      JSON.stringify(props["metricQueries"] ?? "").includes('"Errors"') &&
      JSON.stringify(props["metricQueries"]).includes(`"${lambda!.name}"`);
    for (const beforeAnyIsThere of [false, true])
      expect(
        await judge(
          resources.filter((resource) => !isWatching(resource)),
          { beforeAnyIsThere },
        ),
      ).to.deep.equal([`errors-alarm: ${lambda!.name} fails unnoticed: declare an alarm on its Errors`]);
  });

  it("catches an attached managed policy unless AWS provides it for Lambdas", async () => {
    const attach = (policy: string): Declared => ({
      type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      name: "attached",
      props: { policyArn: `arn:aws:iam::aws:policy/${policy}` },
    });
    expect(await judge([attach("service-role/AWSLambdaVPCAccessExecutionRole")])).to.deep.equal([]);
    expect(await judge([attach("AmazonS3FullAccess")])).to.have.length(1);
  });

  it("checks every deployment, also from GitHub, and has its own command", () => {
    for (const name of ["policy", "deploy"] as const)
      expect(scripts[name], name).to.match(/^pulumi (preview|up) --policy-pack policy .*--stack$/);
    expect(existsSync(join(__dirname, "../../policy/PulumiPolicy.yaml"))).to.equal(true);
  });

  it("is tested with a violation of each rule", () => {
    const shown = new Set([...violations.map(([rule]) => rule), "one-role-a-function", "errors-alarm"]);
    expect(RULES.map(({ name }) => name)).to.have.members([...shown]);
  });
});

const variables = (values: Record<string, string>): object => ({ environment: { variables: values } });
