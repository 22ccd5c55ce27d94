import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../naming";

export interface LakeBucketArgs {
  /**
   * Whether the data outlives the stack: Pulumi refuses to delete the bucket, with the stack or when it leaves
   * the program. Once it is unprotected, Pulumi forgets it, and it stays in AWS, closed and versioned as it was.
   * Otherwise Pulumi deletes the bucket with everything in it.
   */
  readonly protectData: boolean;
  /**
   * Is the bucket one that a setting takes out of the program, with what is worth keeping? Pulumi then forgets it
   * without being asked twice, whatever `protectData` says. False by default.
   */
  readonly leavesItsData?: boolean;
  /** The key of KMS that encrypts new objects; one of S3's own by default. */
  readonly kmsKeyArn?: string;
  /** The days in which a version of an object can be deleted only with a special right; 0 by default. */
  readonly objectLockDays?: number;
  /** After how many days objects are deleted; never by default. */
  readonly expireDays?: number;
}

/**
 * A bucket of the data lake: versioned, encrypted, closed to the public, and without access lists (the owner of
 * the bucket owns every object). `admit` says who changes its content.
 */
export class LakeBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Empty where a key of S3 encrypts. */
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
    // The settings too: a bucket that is kept without them would be neither versioned nor closed.
    const retainOnDelete = protectData || leavesItsData;
    const child = { parent: this, retainOnDelete };
    this.child = child;

    const bucket = new aws.s3.Bucket(
      fullName,
      { forceDestroy: !retainOnDelete },
      // What is protected cannot leave the program, also if it would be retained.
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
      // A separate resource, because `objectLockEnabled` would replace a bucket that exists.
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
            // A Lambda lives for 15 minutes: what is a day old was left by one that died.
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
   * Declares the bucket's policy, which holds for everybody in the account, administrators too: TLS only, only
   * the given roles write, and no object is ever written over another, but for one that may be. A bucket has one policy: call it once.
   *
   * Reading is left to the policies of users and roles; a person has to be able to look at rejected rows.
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
          // The parts of an upload take no condition; its completion does.
          Bool: { "s3:ObjectCreationOperation": "true" },
        },
      },
      ...(exempt === undefined ? [] : [replaceAsSeen(exempt)]),
    ]);
  }

  /** Declares a policy that says no more than TLS, for a bucket of which any reader may be a writer. */
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
      // S3 takes one change of a bucket's access at a time, and answers the second with a conflict.
      { ...this.child, dependsOn: this.closed },
    );
  }
}

/** With a bucket key, S3 asks KMS once for many objects. */
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
  // Both: one of the two conditions has to come with the request.
  Condition: {
    Null: { "s3:if-none-match": "true", "s3:if-match": "true" },
    Bool: { "s3:ObjectCreationOperation": "true" },
  },
});

/** The ARNs of the roles that may change a bucket's content, with `?` for any character. */
export interface AdmittedRoles {
  readonly writers: readonly pulumi.Input<string>[];
  readonly taggers: readonly pulumi.Input<string>[];
  /** The one key whose object may be written over; none by default. */
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

/** Deletes objects of that age, and what versioning would keep of them a day later. */
const expiry = (days: number) => ({
  id: "expire",
  status: "Enabled",
  filter: {},
  expiration: { days },
  noncurrentVersionExpiration: { noncurrentDays: 1 },
});
