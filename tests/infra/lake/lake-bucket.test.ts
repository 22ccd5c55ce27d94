import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { LakeBucket } from "../../../infra/lake/lake-bucket";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { declared, inputsOf, statementsOf } from "../../support/program/declared";

describe("A bucket of the lake", () => {
  let resources: readonly DeclaredResource[];
  let bucket: DeclaredResource;

  before(async () => {
    resources = await declared(() =>
      new LakeBucket("ingestion", { protectData: true }).admit({ writers: ["arn:w"], taggers: ["arn:t"] }),
    );
    bucket = resources.find(({ type }) => type === "aws:s3/bucket:Bucket")!;
  });

  it("has a name that is unique to the stack", () => {
    expect(bucket.name).to.match(/^marble-test-ingestion-[0-9a-f]{7}$/);
  });

  it("blocks every kind of public access", () => {
    expect(inputsOf(resources, "BucketPublicAccessBlock")).to.deep.equal({
      bucket: bucket.name,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  it("keeps old versions", () => {
    expect(inputsOf(resources, "BucketVersioning")).to.deep.equal({
      bucket: bucket.name,
      versioningConfiguration: { status: "Enabled" },
    });
  });

  it("encrypts its objects", () => {
    expect(inputsOf(resources, "BucketServerSideEncryptionConfiguration")).to.deep.equal({
      bucket: bucket.name,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
  });

  it("has no access lists", () => {
    expect(inputsOf(resources, "BucketOwnershipControls")).to.deep.equal({
      bucket: bucket.name,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
  });

  it("refuses everybody requests without TLS, changes by other roles, and overwriting objects", () => {
    const { bucket: of, policy } = inputsOf(resources, "BucketPolicy");
    expect(of).to.equal(bucket.name);
    const { Statement } = policy as { Statement: { Effect: string; Principal: string; Sid: string }[] };
    for (const { Effect, Principal } of Statement) expect([Effect, Principal]).to.deep.equal(["Deny", "*"]);
    expect(Statement.map(({ Sid }) => Sid)).to.deep.equal([
      "TlsOnly",
      "OnlyTheseWrite",
      "OnlyTheseTag",
      "PutIfAbsent",
    ]);
    const objects = [`${bucket.arn}/*`];
    expect(statementsOf(policy)).to.deep.equal([
      {
        actions: ["s3:*"],
        resources: [bucket.arn, ...objects],
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        actions: ["s3:PutObject"],
        resources: objects,
        condition: { ArnNotLike: { "aws:PrincipalArn": ["arn:w"] } },
      },
      {
        actions: ["s3:PutObjectTagging"],
        resources: objects,
        condition: { ArnNotLike: { "aws:PrincipalArn": ["arn:t"] } },
      },
      {
        actions: ["s3:PutObject"],
        resources: objects,
        condition: {
          Null: { "s3:if-none-match": "true" },
          Bool: { "s3:ObjectCreationOperation": "true" },
        },
      },
    ]);
  });

  it("deletes only the parts of abandoned uploads", () => {
    expect(inputsOf(resources, "BucketLifecycleConfiguration")).to.deep.equal({
      bucket: bucket.name,
      rules: [
        {
          id: "abort-incomplete-uploads",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    });
  });

  for (const [what, args, kept] of [
    [
      "is kept by `pulumi destroy` if protectData is true",
      { protectData: true },
      { protect: true, retain: true },
    ],
    [
      "is deleted by `pulumi destroy` if protectData is false",
      { protectData: false },
      { protect: false, retain: false },
    ],
    [
      "leaves the Pulumi state and stays in AWS if it is to leave its data, even with protectData",
      { protectData: true, leavesItsData: true },
      { protect: false, retain: true },
    ],
  ] as const) {
    it(what, async () => {
      let isProtected: boolean | undefined;
      const retained = new Set<boolean | undefined>();
      const watch: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (type === "aws:s3/bucket:Bucket") isProtected = opts.protect;
        if (type.startsWith("aws:s3/")) retained.add((opts as pulumi.CustomResourceOptions).retainOnDelete);
        return undefined;
      };
      const withBucket = await declared(
        () => new LakeBucket("ingestion", args, { transformations: [watch] }),
      );
      expect(isProtected).to.equal(kept.protect);
      expect([...retained], "the bucket and its settings").to.deep.equal([kept.retain]);
      expect(inputsOf(withBucket, "Bucket")["forceDestroy"]).to.equal(!kept.retain);
    });
  }
});
