import { flag, listOf, object, oneOf, text, whole, type Rule, type ServiceRules } from "./common/rule";
import { policyDocument } from "./common/policy-document";
import { arn, bucketName, tags } from "./common/shared";

/** Source: s3:PutBucketNotificationConfiguration, the values of `Event` for created objects. */
const createdEvents = listOf(
  oneOf(...["*", "Put", "Post", "Copy", "CompleteMultipartUpload"].map((how) => `s3:ObjectCreated:${how}`)),
  { least: 1 },
);

/** The beginning or end of a key. S3 takes keys of 1,024 bytes. */
const partOfKey = text(1, 1024);

const notified = (target: Readonly<Record<string, Rule>>): Rule =>
  object(
    { events: createdEvents, filterPrefix: partOfKey, filterSuffix: partOfKey, ...target },
    ...["events", ...Object.keys(target)],
  );

/** Source: internal/service/s3/bucket_lifecycle_configuration.go. S3 expires objects after at least one day. */
const lifecycleRule = object(
  {
    abortIncompleteMultipartUpload: object({ daysAfterInitiation: whole(1) }),
    expiration: object({ days: whole(1) }),
    // An empty filter matches all objects.
    filter: object({ prefix: text(0, 1024) }),
    id: text(1, 255),
    noncurrentVersionExpiration: object({ noncurrentDays: whole(1) }, "noncurrentDays"),
    status: oneOf("Enabled", "Disabled"),
  },
  // Without a filter the provider warns that this will become an error.
  ...["id", "status", "filter"],
);

export const S3: ServiceRules = {
  "aws:s3/bucket:Bucket": {
    sources: ["internal/service/s3/bucket.go", "s3:CreateBucket, General purpose bucket naming rules"],
    physicalName: { input: "bucket", rule: bucketName },
    inputs: { forceDestroy: flag, tags },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    sources: [
      "internal/service/s3/bucket_lifecycle_configuration.go",
      "s3:PutBucketLifecycleConfiguration: at most 1,000 rules",
    ],
    inputs: { bucket: bucketName, rules: listOf(lifecycleRule, { least: 1, most: 1000 }) },
    required: ["bucket", "rules"],
  },
  "aws:s3/bucketNotification:BucketNotification": {
    sources: [
      "internal/service/s3/bucket_notification.go",
      "s3:PutBucketNotificationConfiguration: at most 100 configurations",
    ],
    inputs: {
      bucket: bucketName,
      lambdaFunctions: listOf(notified({ lambdaFunctionArn: arn("lambda") }), { most: 100 }),
      queues: listOf(notified({ queueArn: arn("sqs") }), { most: 100 }),
    },
    required: ["bucket"],
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    sources: ["internal/service/s3/bucket_object_lock_configuration.go", "s3:PutObjectLockConfiguration"],
    inputs: {
      bucket: bucketName,
      rule: object({
        // S3 retains objects for at most a hundred years.
        defaultRetention: object({ days: whole(1, 36_500), mode: oneOf("COMPLIANCE", "GOVERNANCE") }, "mode"),
      }),
    },
    required: ["bucket"],
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    sources: ["internal/service/s3/bucket_ownership_controls.go", "s3:PutBucketOwnershipControls"],
    inputs: {
      bucket: bucketName,
      rule: object(
        { objectOwnership: oneOf("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced") },
        "objectOwnership",
      ),
    },
    required: ["bucket", "rule"],
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    sources: ["internal/service/s3/bucket_policy.go", "s3:PutBucketPolicy: at most 20 KB"],
    inputs: { bucket: bucketName, policy: policyDocument({ mostBytes: 20_480 }) },
    required: ["bucket", "policy"],
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    sources: ["internal/service/s3/bucket_public_access_block.go", "s3:PutPublicAccessBlock"],
    inputs: {
      blockPublicAcls: flag,
      blockPublicPolicy: flag,
      bucket: bucketName,
      ignorePublicAcls: flag,
      restrictPublicBuckets: flag,
    },
    required: ["bucket"],
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    sources: ["internal/service/s3/bucket_server_side_encryption_configuration.go", "s3:PutBucketEncryption"],
    inputs: {
      bucket: bucketName,
      rules: listOf(
        object({
          applyServerSideEncryptionByDefault: object(
            { kmsMasterKeyId: arn("kms"), sseAlgorithm: oneOf("AES256", "aws:kms", "aws:kms:dsse") },
            "sseAlgorithm",
          ),
          bucketKeyEnabled: flag,
        }),
        { least: 1, most: 1 },
      ),
    },
    required: ["bucket", "rules"],
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    sources: ["internal/service/s3/bucket_versioning.go", "s3:PutBucketVersioning"],
    inputs: {
      bucket: bucketName,
      versioningConfiguration: object({ status: oneOf("Enabled", "Suspended", "Disabled") }, "status"),
    },
    required: ["bucket", "versioningConfiguration"],
  },
};
