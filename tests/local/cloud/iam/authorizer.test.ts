import { expect } from "chai";
import {
  createAuthorizer,
  type Access,
  type AccessRequest,
  type Authorizer,
} from "../../../../local/cloud/iam/authorizer";
import { credentialIssuer } from "../../../../local/cloud/iam/credentials";
import { declaredPolicies } from "../../../../local/cloud/iam/policies";
import { s3Calls } from "../../../../local/cloud/iam/s3-access";
import type { S3Request } from "../../../../local/cloud/s3/server";
import { LakeBucket } from "../../../../infra/lake/lake-bucket";
import { createObjects, grantRole, listObjects, readSecret } from "../../../../infra/permissions/permissions";
import { declared, resourcesOf } from "../../../support/program/declared";
import { failureOf } from "../../../support/failure";
import type { DeclaredResource } from "../../../../local/cloud/declared-resource";

describe("Under the policies of the program", () => {
  let resources: readonly DeclaredResource[];
  let bucket: string;
  let writer: AccessRequest["principal"];
  let other: AccessRequest["principal"];
  before(async () => {
    resources = await declared(() => {
      const lake = new LakeBucket("ingestion", { protectData: true });
      const principal = { Service: "lambda.amazonaws.com" };
      const permissions = [
        createObjects({ bucket: lake, keys: ["commits/*"] }),
        listObjects(lake),
        readSecret("s"),
      ];
      const { role } = grantRole("writer", { principal, permissions }, {});
      grantRole("other", { principal, permissions }, {});
      lake.admit({ writers: [role.arn], taggers: [], replaceable: "commits/latest" });
    });
    bucket = resourcesOf(resources, "Bucket")[0]!.name;
    const [first, second] = resourcesOf(resources, "Role");
    writer = { roleArn: first!.arn, session: "fn" };
    other = { roleArn: second!.arn, session: "fn" };
  });

  /** One for all cases: it must not take a verdict from a similar call. */
  let authorizer: Authorizer;
  before(() => (authorizer = createAuthorizer(declaredPolicies(resources))));
  const decide = (request: AccessRequest): Promise<Access> => authorizer.decide(request);
  const put = (change: Partial<AccessRequest> = {}, key = "commits/1.json"): AccessRequest => ({
    principal: writer,
    action: "s3:PutObject",
    resource: `arn:aws:s3:::${bucket}/${key}`,
    context: { "s3:ObjectCreationOperation": "true", "s3:if-none-match": "*" },
    ...change,
  });

  it("a role may do what its policy grants", async () => {
    expect(await decide(put())).to.include({ allowed: true, message: "" });
    const secret = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:s-a1B2c3";
    const read = { principal: writer, action: "secretsmanager:GetSecretValue", resource: secret };
    expect(await decide(read)).to.include({ allowed: true });
    expect(await decide({ ...read, resource: `${secret}x` })).to.include({ allowed: false });
  });

  it("a role is denied another key or action, with action, resource and role in the error", async () => {
    const { allowed, message } = await decide(put({}, "2026/01/01/staff/1.csv"));
    expect(allowed).to.equal(false);
    expect(message).to.match(
      /^User: arn:aws:sts::123456789012:assumed-role\/writer-[0-9a-f]{7}\/fn is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::.*\/2026\/01\/01\/staff\/1\.csv" because no identity-based policy allows the s3:PutObject action$/,
    );
    expect((await decide(put({ action: "s3:DeleteObject" }))).allowed).to.equal(false);
  });

  const denied: readonly (readonly [string, Partial<AccessRequest>])[] = [
    ["to overwrite an object", { context: { "s3:ObjectCreationOperation": "true" } }],
    [
      "without TLS",
      {
        context: {
          "s3:ObjectCreationOperation": "true",
          "s3:if-none-match": "*",
          "aws:SecureTransport": "false",
        },
      },
    ],
    ["by the administrator of the account", { principal: { administrator: true } }],
  ];
  for (const [what, change] of denied) {
    it(`the bucket's policy denies a call that the role's policy grants: ${what}`, async () => {
      const { allowed, message } = await decide(put(change));
      expect(allowed).to.equal(false);
      expect(message).to.include("with an explicit deny in a resource-based policy");
    });
  }

  it("the bucket's policy allows overwriting one object with its current ETag", async () => {
    const resource = `arn:aws:s3:::${bucket}/commits/latest`;
    const may = async (context: Record<string, string>): Promise<boolean> =>
      (await decide(put({ resource, context: { "s3:ObjectCreationOperation": "true", ...context } })))
        .allowed;
    expect(await may({ "s3:if-match": '"tag"' })).to.equal(true);
    expect(await may({ "s3:if-none-match": "*" })).to.equal(true);
    expect(await may({})).to.equal(false);
    const elsewhere = { "s3:ObjectCreationOperation": "true", "s3:if-match": '"tag"' };
    expect((await decide(put({ context: elsewhere }))).allowed, "another object").to.equal(false);
  });

  it("the bucket's policy denies a writer that has no right in this bucket", async () => {
    expect((await decide(put({ principal: other }))).message).to.include("explicit deny");
  });

  it("a part of an upload needs no condition but its completion does", async () => {
    expect((await decide(put({ context: { "s3:ObjectCreationOperation": "false" } }))).allowed).to.equal(
      true,
    );
  });

  it("an unsigned request is denied", async () => {
    expect((await decide(put({ principal: undefined }))).message).to.include("Anonymous is not authorized");
  });

  it("a revoked action is denied to that role alone until it is restored", async () => {
    const seen: Access[] = [];
    const watched = createAuthorizer(declaredPolicies(resources), (access) => seen.push(access));
    const list = { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` };
    expect((await watched.decide({ ...list, principal: writer })).allowed).to.equal(true);
    const giveBack = watched.revoke((writer as { roleArn: string }).roleArn, "s3:ListBucket");
    expect((await watched.decide({ ...list, principal: writer })).allowed).to.equal(false);
    expect((await watched.decide({ ...list, principal: other })).allowed).to.equal(true);
    giveBack();
    expect((await watched.decide({ ...list, principal: writer })).allowed).to.equal(true);
    expect(seen.map(({ allowed }) => allowed)).to.deep.equal([true, false, true, true]);
  });

  it("each denied key has its name in its error, and a key that a pattern of a policy sets apart its own verdict", async () => {
    for (const key of ["other/1.json", "other/2.json"])
      expect((await decide(put({}, key))).message).to.include(`"arn:aws:s3:::${bucket}/${key}"`);
    for (const [key, allowed] of [
      ["commits/2.json", true],
      ["commits", false],
      ["commitments/2.json", false],
      ["x/commits/2.json", false],
      ["commits/2*", true],
    ] as const)
      expect((await decide(put({}, key))).allowed, key).to.equal(allowed);
  });

  it("a call that cannot be evaluated is an error instead of a verdict", async () => {
    expect((await failureOf(decide(put({ action: "s3:PutNothing" })))).message).to.include(
      "s3:PutNothing on arn:aws:s3:::",
    );
  });
});

describe("Credentials", () => {
  it("are constant for a principal and identify it", () => {
    const issuer = credentialIssuer();
    const principal = { roleArn: "arn:aws:iam::1:role/a", session: "fn" };
    const issued = issuer.issue(principal);
    expect(issuer.issue({ ...principal })).to.deep.equal(issued);
    expect(issuer.issue({ ...principal, session: "other" })).not.to.deep.equal(issued);
    expect(issuer.holder(issued.AWS_ACCESS_KEY_ID)).to.deep.equal(principal);
    expect(issuer.holder("ASIASTRANGER")).to.equal(undefined);
    expect(issuer.holder(undefined)).to.equal(undefined);
  });
});

describe("A request to S3 needs", () => {
  const request = (change: Partial<S3Request>): S3Request => ({
    operation: "GetObject",
    bucket: "lake",
    key: "commits/1.json",
    accessKeyId: undefined,
    headers: {},
    query: new URLSearchParams(),
    ...change,
  });
  const object = "arn:aws:s3:::lake/commits/1.json";
  const cases: readonly (readonly [Partial<S3Request>, string, string, Record<string, string>])[] = [
    [{ operation: "HeadObject" }, "s3:GetObject", object, {}],
    [
      { operation: "PutObject", headers: { "if-none-match": "*" } },
      "s3:PutObject",
      object,
      { "s3:ObjectCreationOperation": "true", "s3:if-none-match": "*" },
    ],
    [{ operation: "UploadPart" }, "s3:PutObject", object, { "s3:ObjectCreationOperation": "false" }],
    [
      { operation: "CompleteMultipartUpload" },
      "s3:PutObject",
      object,
      { "s3:ObjectCreationOperation": "true" },
    ],
    [
      { operation: "ListObjectsV2", key: "", query: new URLSearchParams("prefix=heads/") },
      "s3:ListBucket",
      "arn:aws:s3:::lake",
      { "s3:prefix": "heads/" },
    ],
  ];
  for (const [change, action, resource, context] of cases) {
    it(`${action} for ${change.operation ?? ""} with the condition keys ${JSON.stringify(context)}`, () => {
      expect(s3Calls(request(change))).to.deep.equal([{ action, resource, context }]);
    });
  }

  it("the right to read as well when it overwrites a known version", () => {
    const headers = { "if-match": '"tag"' };
    expect(s3Calls(request({ operation: "PutObject", headers }))).to.deep.equal([
      {
        action: "s3:PutObject",
        resource: object,
        context: { "s3:ObjectCreationOperation": "true", "s3:if-match": '"tag"' },
      },
      { action: "s3:GetObject", resource: object, context: {} },
    ]);
  });

  it("a known action, because unknown actions are denied to everybody", () => {
    expect(() => s3Calls(request({ operation: "GET acl" }))).to.throw("Nobody may do GET acl here");
  });
});
