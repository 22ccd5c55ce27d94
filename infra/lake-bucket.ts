import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./naming";

export interface LakeBucketArgs {
  /**
   * Whether the data outlives the stack: `pulumi destroy` refuses to delete the bucket, and one that leaves
   * the program stays in AWS, closed and versioned as it was. Otherwise `pulumi destroy` deletes the bucket
   * with everything in it.
   */
  readonly protectData: boolean;
}

/**
 * A bucket of the data lake: versioned, encrypted, closed to the public, reachable over TLS only, and
 * without access lists (the owner of the bucket owns every object).
 */
export class LakeBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, { protectData }: LakeBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:LakeBucket", name, {}, opts);
    const fullName = nameOf(name);
    // The settings too: a bucket that is kept without them would be neither versioned nor closed.
    const child = { parent: this, retainOnDelete: protectData };

    const bucket = new aws.s3.Bucket(
      fullName,
      { forceDestroy: !protectData },
      { ...child, protect: protectData },
    );
    this.name = bucket.bucket;
    this.arn = bucket.arn;

    new aws.s3.BucketVersioning(
      fullName,
      { bucket: this.name, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      fullName,
      {
        bucket: this.name,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      fullName,
      { bucket: this.name, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    const closed = new aws.s3.BucketPublicAccessBlock(
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
    new aws.s3.BucketPolicy(
      fullName,
      {
        bucket: this.name,
        policy: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "TlsOnly",
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [this.arn, pulumi.interpolate`${this.arn}/*`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
      // S3 takes one change of a bucket's access at a time, and answers the second with a conflict.
      { ...child, dependsOn: closed },
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
        ],
      },
      child,
    );
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
