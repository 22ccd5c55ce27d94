import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ACCOUNT_ID } from "../account";
import { withoutAction, type DeclaredPolicies, type PolicyDocument } from "./policies";
import { resourceClasses } from "./resource-class";

/** The caller: a role that a service assumed under a session name, or the account's administrator. */
export type Principal =
  { readonly roleArn: string; readonly session: string } | { readonly administrator: true };

/** A call of an AWS API. */
export interface AccessRequest {
  /** undefined if the call is not signed */
  readonly principal: Principal | undefined;
  /** `s3:GetObject` */
  readonly action: string;
  /** the ARN of the resource */
  readonly resource: string;
  /** condition keys, in addition to those that follow from the principal */
  readonly context?: Readonly<Record<string, string>>;
}

/** The decision about a call. */
export interface Access extends AccessRequest {
  readonly allowed: boolean;
  /** AWS's message; empty if the call is allowed. */
  readonly message: string;
}

/** Decides which calls the policies of the program allow. */
export interface Authorizer {
  decide(request: AccessRequest): Promise<Access>;
  /** Revokes an action from a role, as a person may do in the AWS console. Returns a function that restores it. */
  revoke(roleArn: string, action: string): () => void;
}

const ADMINISTRATOR: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** The number of verdicts to remember. A run with more verdicts clears them and starts again. */
const REMEMBERED_VERDICTS = 10_000;

/**
 * Evaluates the policies of roles and buckets as IAM does. An explicit deny wins. A call that nothing allows is denied.
 * It remembers its verdicts, because most calls are repeated and an evaluation takes longer than the call. One verdict
 * counts for all objects between which no policy distinguishes.
 */
export function createAuthorizer(
  policies: DeclaredPolicies,
  onAccess: (access: Access) => void = () => undefined,
): Authorizer {
  const { roles, buckets } = policies;
  const classOf = resourceClasses(policies);
  const taken = new Set<string>();
  /**
   * Why a call is denied, or "" for an allowed call, by the call as JSON. A change of the policies replaces the map, so
   * that no old verdict can enter the new one.
   */
  let verdicts = new Map<string, string>();
  const policiesOf = (principal: Principal): readonly PolicyDocument[] =>
    "administrator" in principal
      ? [ADMINISTRATOR]
      : withoutAction(roles.get(principal.roleArn) ?? [], (action) =>
          taken.has(`${principal.roleArn} ${action}`),
        );

  /** AWS's message; empty if the call is allowed. */
  async function verdict(request: AccessRequest): Promise<string> {
    const { principal, action, resource, context = {} } = request;
    if (principal === undefined) return `Anonymous is not authorized to perform: ${action} on: ${resource}`;
    const known = verdicts;
    const call = JSON.stringify([principal, action, classOf(resource), Object.entries(context)]);
    let why = known.get(call);
    if (why === undefined) {
      why = await evaluate({ ...request, principal });
      if (known.size >= REMEMBERED_VERDICTS) known.clear();
      known.set(call, why);
    }
    if (why === "") return "";
    return `User: ${arnOf(principal)} is not authorized to perform: ${action} on resource: "${resource}" ${why}`;
  }

  async function evaluate(request: AccessRequest & { readonly principal: Principal }): Promise<string> {
    const { principal, action, resource, context = {} } = request;
    const callerArn = arnOf(principal);
    const simulated = await runSimulation(
      {
        request: {
          principal: callerArn,
          action,
          resource: { resource, accountId: ACCOUNT_ID },
          contextVariables: {
            // The stand-ins listen on this machine only, so their traffic crosses no network.
            "aws:SecureTransport": "true",
            "aws:PrincipalArn": "administrator" in principal ? callerArn : principal.roleArn,
            ...context,
          },
        },
        identityPolicies: policiesOf(principal).map((policy, index) => ({ name: `policy-${index}`, policy })),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        resourcePolicy: buckets.get(resource.split("/")[0] ?? ""),
      },
      {},
    );
    if (simulated.resultType === "error")
      throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(simulated.errors)}`);
    if (simulated.overallResult === "Allowed") return "";
    return simulated.overallResult === "ExplicitlyDenied"
      ? "with an explicit deny in a resource-based policy"
      : `because no identity-based policy allows the ${action} action`;
  }

  return {
    decide: async (request) => {
      const message = await verdict(request);
      const access = { ...request, allowed: message === "", message };
      onAccess(access);
      return access;
    },
    revoke: (roleArn, action) => {
      taken.add(`${roleArn} ${action}`);
      verdicts = new Map();
      return () => {
        taken.delete(`${roleArn} ${action}`);
        verdicts = new Map();
      };
    },
  };
}

function arnOf(principal: Principal): string {
  if ("administrator" in principal) return `arn:aws:iam::${ACCOUNT_ID}:user/administrator`;
  const role = principal.roleArn.split("/").at(-1) ?? "";
  return `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${principal.session}`;
}
