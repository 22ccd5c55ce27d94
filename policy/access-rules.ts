import type { Policies } from "@pulumi/policy";
import {
  at,
  everyResource,
  leadsTo,
  statementsOf,
  textsOf,
  UNKNOWN,
  wholeStack,
  type StackResource,
} from "./resources";

/** The managed policies of AWS for Lambdas: for logs, and for a VPC. */
const MANAGED = /:policy\/service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole$/;

/** Actions that no policy can limit to a resource: for network interfaces, traces, and Athena's lists. */
const WITHOUT_RESOURCES =
  /^(ec2:\w*(NetworkInterface|PrivateIpAddresses|Subnet)\w*|xray:Put\w+|athena:List(WorkGroups|DataCatalogs|EngineVersions))$/;

/** Rules about the permissions of roles, and about who may assume them. */
export const ACCESS_RULES: Policies = [
  everyResource(
    {
      name: "exact-permissions",
      description:
        "The policy of a role names each action and each resource. A wildcard alone is not a resource.",
      type: "aws:iam/rolePolicy:RolePolicy",
    },
    ({ policy }) =>
      statementsOf(policy).flatMap(({ Effect, Action, Resource }) => {
        if (Effect !== "Allow") return [];
        const actions = textsOf(Action).filter((action) => action.includes("*"));
        const named = textsOf(Action).some((action) => !WITHOUT_RESOURCES.test(action));
        const resources = textsOf(named ? Resource : []).filter(
          (resource) => !/^arn:[^:]+:[^:*]+:[^*]*[^:*]/.test(resource),
        );
        return [
          ...actions.map((action) => `grants ${action}: name each action that the role needs`),
          ...resources.map((resource) => `grants actions on ${resource}: name the resource`),
        ];
      }),
  ),
  everyResource(
    {
      name: "no-managed-policies",
      description:
        "Roles have inline policies only. A managed policy grants actions that Marble does not need.",
      type: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/role:Role"],
    },
    (props) =>
      [...textsOf(at(props, "policyArn")), ...textsOf(at(props, "managedPolicyArns"))]
        .filter((arn) => !MANAGED.test(arn))
        .map((arn) => `attaches the managed policy ${arn}: grant only the needed actions instead`),
  ),
  everyResource(
    {
      name: "invoked-by-a-known-source",
      description: "A service may invoke a Lambda only for one source of this account.",
      type: "aws:lambda/permission:Permission",
    },
    ({ sourceArn, sourceAccount }) =>
      sourceArn === undefined || sourceAccount === undefined
        ? ["lets a service invoke the Lambda for any account: set sourceArn and sourceAccount"]
        : [],
  ),
  wholeStack({ name: "one-role-a-function", description: "No two Lambdas share a role." }, (all) => {
    const functions = all("aws:lambda/function:Function");
    const isShared = (one: StackResource, other: StackResource): boolean =>
      one.props["role"] === UNKNOWN || other.props["role"] === UNKNOWN
        ? all("aws:iam/role:Role").some((role) => [one, other].every((each) => leadsTo(each, ["role"], role)))
        : one.props["role"] === other.props["role"];
    return new Map(
      functions
        .filter((one) => functions.some((other) => other.name !== one.name && isShared(one, other)))
        .map(({ name }) => [name, "shares its role with another Lambda: give each Lambda a separate role"]),
    );
  }),
  everyResource(
    {
      name: "no-secret-in-the-environment",
      description:
        "The environment of a Lambda holds no secret, because many people can see it. A Lambda reads Secrets Manager.",
      type: "aws:lambda/function:Function",
    },
    (props) =>
      Object.entries(at(props, "environment", "variables") ?? {})
        .filter(
          ([name, value]) =>
            /PASSWORD|TOKEN|PRIVATE|ACCESS_KEY/i.test(name) ||
            /:\/\/[^/]*:[^/]*@|"password"/.test(String(value)),
        )
        .map(
          ([name]) =>
            `has a secret in the variable ${name}: use the name of a secret in Secrets Manager instead`,
        ),
  ),
];
