import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { LakeBucket } from "../../infra/lake-bucket";
import type { DeclaredResource } from "../../local/program-mocks";
import { declared, inputsOf, statementsOf } from "../support/declared";

describe("A bucket of the lake", () => {
  let resources: readonly DeclaredResource[];
  let bucket: DeclaredResource;

  before(async () => {
    resources = await declared(() => new LakeBucket("ingestion", { protectData: true }));
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

  it("encrypts what it stores", () => {
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

  it("refuses requests without TLS", () => {
    const { bucket: of, policy } = inputsOf(resources, "BucketPolicy");
    expect(of).to.equal(bucket.name);
    expect(policy).to.have.nested.property("Statement[0].Effect", "Deny");
    expect(statementsOf(policy)).to.deep.equal([
      {
        actions: ["s3:*"],
        resources: [bucket.arn, `${bucket.arn}/*`],
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("deletes the parts of uploads that died, and nothing else", () => {
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

  for (const protectData of [true, false]) {
    it(`${protectData ? "is kept by" : "goes with"} \`pulumi destroy\` if protectData is ${protectData}`, async () => {
      let isProtected: boolean | undefined;
      const retained = new Set<boolean | undefined>();
      const watch: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (type === "aws:s3/bucket:Bucket") isProtected = opts.protect;
        if (type.startsWith("aws:s3/")) retained.add((opts as pulumi.CustomResourceOptions).retainOnDelete);
        return undefined;
      };
      const withBucket = await declared(
        () => new LakeBucket("ingestion", { protectData }, { transformations: [watch] }),
      );
      expect(isProtected).to.equal(protectData);
      expect([...retained], "the bucket and its settings").to.deep.equal([protectData]);
      expect(inputsOf(withBucket, "Bucket")["forceDestroy"]).to.equal(!protectData);
    });
  }
});
