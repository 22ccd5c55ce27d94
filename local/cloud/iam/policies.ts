import type { DeclaredResource } from "../declared-resource";

/** A policy document as a program declares it. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policies that the program declares. */
export interface DeclaredPolicies {
  /** The inline policies of each role, by its ARN. */
  readonly roles: ReadonlyMap<string, readonly PolicyDocument[]>;
  /** The policy of each bucket that has one, by its ARN. */
  readonly buckets: ReadonlyMap<string, PolicyDocument>;
}

/** Reads the policies from the declared resources. */
export function declaredPolicies(resources: readonly DeclaredResource[]): DeclaredPolicies {
  const all = (type: string): readonly DeclaredResource[] =>
    resources.filter((resource) => resource.type === type);
  return {
    roles: new Map(
      all("aws:iam/role:Role").map(({ name, arn }) => [
        arn,
        all("aws:iam/rolePolicy:RolePolicy")
          .filter(({ inputs }) => inputs["role"] === name)
          .map(({ inputs }) => documentOf(inputs["policy"])),
      ]),
    ),
    buckets: new Map(
      all("aws:s3/bucketPolicy:BucketPolicy").map(({ inputs }) => [
        `arn:aws:s3:::${String(inputs["bucket"])}`,
        documentOf(inputs["policy"]),
      ]),
    ),
  };
}

/** The statements of a policy, given as an object or as JSON. */
export const statementsOf = (policy: unknown): readonly PolicyStatement[] => documentOf(policy).Statement;

const documentOf = (policy: unknown): PolicyDocument =>
  (typeof policy === "string" ? JSON.parse(policy) : policy) as PolicyDocument;

/** The policies without one action of a role, as if a person had revoked it. */
export function withoutAction(
  policies: readonly PolicyDocument[],
  isTaken: (action: string) => boolean,
): readonly PolicyDocument[] {
  return policies.map((document) => ({
    ...document,
    Statement: document.Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((action) => !isTaken(action)),
    })).filter(({ Action }) => Action.length > 0),
  }));
}
