import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../naming";

interface LakeBucketArgs {
  /**
   * Whether the data outlives the stack. If true, Pulumi refuses to delete the bucket, with the stack or alone. Without
   * the protection, Pulumi only forgets the bucket, which stays in AWS, closed and versioned. If false, Pulumi deletes
   * the bucket with its content.
   */
  readonly protectData: boolean;
  /**
   * Whether a setting removes the bucket from the program although its content is worth keeping. Pulumi then forgets
   * the bucket without protection, whatever `protectData` says. False by default.
   */
  readonly leavesItsData?: boolean;
  /** The KMS key that encrypts new objects; by default a key of S3. */
  readonly kmsKeyArn?: string;
  /** The number of days in which only a special permission deletes a version of an object; 0 by default. */
  readonly objectLockDays?: number;
  /** The age in days at which objects are deleted; never by default. */
  readonly expireDays?: number;
}

/**
 * A bucket of the data lake: versioned, encrypted, closed to the public, without access lists (the owner of the bucket
 * owns every object). `admit` declares who may change its content.
 */
export class LakeBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Empty if a key of S3 encrypts. */
  readonly kmsKeyArn: string;
  private readonly closed: aws.s3.BucketPublicAccessBlock;
  private readonly fullName: string;
  private readonly child: pulumi.CustomResourceOptions;

  constructor(name: string, args: LakeBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    const { protectData, leavesItsData = false, kmsKeyArn = "", objectLockDays = 0, expireDays } = args;
    super("marble:infra:LakeBucket", name, {}, opts);
    const fullName = nameOf(name);
    this.fullName = fullName;
    this.kmsKeyArn = kmsKeyArn;
    // The settings stay, too. Without them, a kept bucket would be neither versioned nor closed.
    const retainOnDelete = protectData || leavesItsData;
    const child = { parent: this, retainOnDelete };
    this.child = child;

    const bucket = new aws.s3.Bucket(
      fullName,
      { forceDestroy: !retainOnDelete },
      // A protected resource cannot leave the program, even if it would be retained.
      { ...child, protect: protectData && !leavesItsData },
    );
    this.name = bucket.bucket;
    this.arn = bucket.arn;

    const versioning = new aws.s3.BucketVersioning(
      fullName,
      { bucket: this.name, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    if (objectLockDays > 0) {
      // A separate resource, because `objectLockEnabled` would replace an existing bucket.
      new aws.s3.BucketObjectLockConfiguration(
        fullName,
        { bucket: this.name, rule: { defaultRetention: { mode: "GOVERNANCE", days: objectLockDays } } },
        { ...child, dependsOn: versioning },
      );
    }
    new aws.s3.BucketServerSideEncryptionConfiguration(
      fullName,
      {
        bucket: this.name,
        rules: [encryptedBy(kmsKeyArn)],
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      fullName,
      { bucket: this.name, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    this.closed = new aws.s3.BucketPublicAccessBlock(
      fullName,
      {
        bucket: this.name,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      fullName,
      {
        bucket: this.name,
        rules: [
          {
            id: "abort-incomplete-uploads",
            status: "Enabled",
            filter: {},
            // A Lambda lives for 15 minutes, so its process has ended if an upload is a day old.
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
          ...(expireDays === undefined ? [] : [expiry(expireDays)]),
        ],
      },
      child,
    );
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /**
   * Declares the bucket's policy, which applies to everybody in the account, including administrators. It requires TLS,
   * allows only the given roles to write, and forbids to overwrite objects, except one key. A bucket has one policy, so
   * call it once.
   *
   * The policies of users and roles control reads, because a person must be able to look at rejected rows.
   */
  admit({ writers, taggers, replaceable }: AdmittedRoles): void {
    const objects = pulumi.interpolate`${this.arn}/*`;
    const exempt = replaceable === undefined ? undefined : pulumi.interpolate`${this.arn}/${replaceable}`;
    this.declarePolicy([
      denyOthers("OnlyTheseWrite", { action: "s3:PutObject", roles: writers, objects }),
      denyOthers("OnlyTheseTag", { action: "s3:PutObjectTagging", roles: taggers, objects }),
      {
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
        Sid: "PutIfAbsent",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:PutObject",
        ...(exempt === undefined ? { Resource: objects } : { NotResource: exempt }),
        Condition: {
          Null: { "s3:if-none-match": "true" },
          // S3 accepts the condition for the completion of an upload, but not for its parts.
          Bool: { "s3:ObjectCreationOperation": "true" },
        },
      },
      ...(exempt === undefined ? [] : [replaceAsSeen(exempt)]),
    ]);
  }

  /** Declares a policy that only requires TLS, for a bucket whose readers may also write. */
  admitAnyone(): void {
    this.declarePolicy([]);
  }

  private declarePolicy(statements: readonly aws.iam.PolicyStatement[]): void {
    const tlsOnly: aws.iam.PolicyStatement = {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [this.arn, pulumi.interpolate`${this.arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    new aws.s3.BucketPolicy(
      this.fullName,
      { bucket: this.name, policy: { Version: "2012-10-17", Statement: [tlsOnly, ...statements] } },
      // S3 makes one change of a bucket's access at a time, and answers a concurrent one with a conflict.
      { ...this.child, dependsOn: this.closed },
    );
  }
}

/** With a bucket key, S3 makes one request to KMS for many objects. */
const encryptedBy = (kmsKeyArn: string) =>
  kmsKeyArn === ""
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };

/** Mutable objects may only be overwritten with a matching ETag, so a stale writer loses. */
const replaceAsSeen = (object: pulumi.Input<string>): aws.iam.PolicyStatement => ({
  Sid: "ReplaceAsSeen",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:PutObject",
  Resource: object,
  // Both statements, so that a request needs one of the two conditions.
  Condition: {
    Null: { "s3:if-none-match": "true", "s3:if-match": "true" },
    Bool: { "s3:ObjectCreationOperation": "true" },
  },
});

/** The ARNs of the roles that may change a bucket's content, with `?` for any character. */
interface AdmittedRoles {
  readonly writers: readonly pulumi.Input<string>[];
  readonly taggers: readonly pulumi.Input<string>[];
  /** The only key that may be overwritten; none by default. */
  readonly replaceable?: string;
}

function denyOthers(
  sid: string,
  {
    action,
    roles,
    objects,
  }: { action: string; roles: readonly pulumi.Input<string>[]; objects: pulumi.Input<string> },
): aws.iam.PolicyStatement {
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: objects,
    Condition: { ArnNotLike: { "aws:PrincipalArn": [...roles] } },
  };
}

/** Deletes objects at that age, and their old versions a day later. */
const expiry = (days: number) => ({
  id: "expire",
  status: "Enabled",
  filter: {},
  expiration: { days },
  noncurrentVersionExpiration: { noncurrentDays: 1 },
});
