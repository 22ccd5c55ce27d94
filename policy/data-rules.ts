import type { Policies } from "@pulumi/policy";
import {
  at,
  everyResource,
  lacking,
  leadsTo,
  statementsOf,
  textsOf,
  UNKNOWN,
  wholeStack,
  type StackResource,
} from "./resources";

const BUCKET = "aws:s3/bucket:Bucket";

/** A condition on a resource that belongs to a bucket, such as its policy. An unknown value passes. */
interface Companion {
  readonly type: string;
  readonly holds: (companion: StackResource) => boolean;
}

/** A rule that each bucket has a companion resource that meets a condition, unless `or` holds. */
const everyBucketHas = (
  name: string,
  options: Companion & { description: string; what: string; or?: Companion },
): Policies[number] =>
  wholeStack({ name, description: options.description }, (all) =>
    lacking(all(BUCKET), {
      what: options.what,
      has: (bucket) =>
        [options, ...(options.or === undefined ? [] : [options.or])].some(({ type, holds }) =>
          all(type).some((companion) => leadsTo(companion, ["bucket"], bucket) && holds(companion)),
        ),
    }),
  );

const denies = (
  { props }: StackResource,
  action: RegExp,
  condition: readonly [operator: string, key: string, value: string],
): boolean => {
  const [operator, key, value] = condition;
  if (props["policy"] === UNKNOWN) return true;
  return statementsOf(props["policy"]).some(
    ({ Effect, Action, Condition }) =>
      Effect === "Deny" &&
      textsOf(Action).some((one) => action.test(one)) &&
      String(at(Condition, operator, key)) === value,
  );
};

/** Whether all objects expire. */
const expires = (rules: unknown): boolean =>
  Array.isArray(rules) &&
  rules.some(
    (rule: unknown) => at(rule, "status") === "Enabled" && Number(at(rule, "expiration", "days")) > 0,
  );

/** Rules about the storage of data. */
export const DATA_RULES: Policies = [
  everyBucketHas("buckets-closed", {
    description: "Every bucket blocks all public access.",
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    what: "does not block all public access: declare a BucketPublicAccessBlock with all four settings",
    holds: ({ props }) =>
      ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every(
        (setting) => props[setting] === true,
      ),
  }),
  everyBucketHas("buckets-versioned", {
    description: "Every bucket keeps old versions.",
    type: "aws:s3/bucketVersioning:BucketVersioning",
    what: "keeps no versions: declare a BucketVersioning that is Enabled",
    holds: ({ props }) => at(props, "versioningConfiguration", "status") === "Enabled",
  }),
  everyBucketHas("buckets-encrypted", {
    description: "Every bucket encrypts its objects.",
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    what: "has no encryption: declare a BucketServerSideEncryptionConfiguration",
    holds: ({ props }) => Array.isArray(props["rules"]) && props["rules"].length > 0,
  }),
  everyBucketHas("buckets-tls-only", {
    description: "Every bucket refuses requests without TLS.",
    type: "aws:s3/bucketPolicy:BucketPolicy",
    what: "accepts requests without TLS: deny s3:* where aws:SecureTransport is false",
    holds: (policy) => denies(policy, /^s3:\*$/, ["Bool", "aws:SecureTransport", "false"]),
  }),
  everyBucketHas("buckets-immutable", {
    description:
      "Every bucket refuses to overwrite an object. Buckets whose objects expire are exempt, because they hold no data.",
    type: "aws:s3/bucketPolicy:BucketPolicy",
    what: "allows overwriting: deny s3:PutObject where s3:if-none-match is null",
    holds: (policy) => denies(policy, /^s3:PutObject$/, ["Null", "s3:if-none-match", "true"]),
    or: {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      holds: ({ props }) => expires(props["rules"]),
    },
  }),
  everyResource(
    {
      name: "queues-encrypted",
      description: "Every queue encrypts its messages.",
      type: "aws:sqs/queue:Queue",
    },
    ({ sqsManagedSseEnabled, kmsMasterKeyId }) =>
      sqsManagedSseEnabled === true || kmsMasterKeyId !== undefined
        ? []
        : ["is not encrypted: set sqsManagedSseEnabled"],
  ),
];
