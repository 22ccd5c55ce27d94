import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { ObjectCreated, S3Request } from "../../../../../local/cloud/s3/server";
import { failureOf, getText, rawRequest, startTestS3, stopAll } from "../support";
import type { TestS3 } from "../support";

describe("The local S3 with the SDK", () => {
  let s3: TestS3;
  beforeEach(async () => (s3 = await startTestS3()));
  afterEach(stopAll);

  const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
    s3.client.send(new PutObjectCommand({ Bucket: "lake", Key, Body, ...more }));
  const get = (Key: string, more = {}) =>
    s3.client.send(new GetObjectCommand({ Bucket: "lake", Key, ...more }));
  const head = (Key: string) => s3.client.send(new HeadObjectCommand({ Bucket: "lake", Key }));

  it("keeps an object with its entity tag, headers and metadata", async () => {
    const ContentType = "text/csv";
    const { ETag } = await put("a/b.csv", "id\n1\n", {
      ContentType,
      ContentEncoding: "gzip",
      Metadata: { rows: "1" },
    });

    const got = await get("a/b.csv");

    expect(ETag).to.equal(`"${createHash("md5").update("id\n1\n").digest("hex")}"`);
    expect(got).to.deep.include({
      ContentType,
      ContentEncoding: "gzip",
      ContentLength: 5,
      Metadata: { rows: "1" },
    });
    expect(await got.Body?.transformToString()).to.equal("id\n1\n");
    expect(await head("a/b.csv")).to.deep.include({
      ContentLength: 5,
      ETag,
      ContentType,
      Metadata: { rows: "1" },
    });
  });

  it("keeps an object as a plain file under its key", async () => {
    await put("2024/01/02/staff/140509.123.csv", "id\n1\n");
    const path = join(s3.directory, "lake", "2024/01/02/staff/140509.123.csv");
    expect(readFileSync(path, "utf8")).to.equal("id\n1\n");
  });

  it("keeps an empty object", async () => {
    await put("empty", "");
    expect(await getText(s3.client, "empty")).to.equal("");
    expect((await head("empty")).ContentLength).to.equal(0);
  });

  it("keeps keys that a URL must escape", async () => {
    for (const key of ["a b+c%2F?&=#.csv", "héllo/😀", "<\"&'>", "tab\there"]) {
      await put(key, key);
      expect(await getText(s3.client, key)).to.equal(key);
    }
  });

  it("replaces an object as a whole while others read the old one", async () => {
    await put("key", "x".repeat(3_000_000), { Metadata: { old: "1" } });
    const old = await get("key");
    await put("key", "new");

    expect((await old.Body?.transformToString())?.length).to.equal(3_000_000);
    expect(await getText(s3.client, "key")).to.equal("new");
    expect((await head("key")).Metadata).to.deep.equal({});
  });

  it("sends the described object although another replaces it before the first byte", async () => {
    const target = { Bucket: "lake", Key: "key" };
    const after = async ({ operation }: S3Request) => {
      if (operation === "GetObject")
        await s3.client.send(new PutObjectCommand({ ...target, Body: "newer, longer" }));
    };
    s3 = await startTestS3({ after });
    await put("key", "older");
    expect(await getText(s3.client, "key")).to.equal("older");
  });

  it("sends a range as 206 with its position in the object", async () => {
    await put("key", "0123456789");
    const part = await get("key", { Range: "bytes=2-5" });
    expect(part).to.deep.include({ ContentRange: "bytes 2-5/10", ContentLength: 4 });
    expect(part.$metadata.httpStatusCode).to.equal(206);
    expect(await part.Body?.transformToString()).to.equal("2345");
    expect(await failureOf(get("key", { Range: "bytes=10-" }))).to.equal("InvalidRange 416");
  });

  it("supports conditional reads", async () => {
    const { ETag } = await put("key", "text");
    const past = new Date(Date.now() - 60_000);
    const future = new Date(Date.now() + 60_000);
    const outcome = (condition: object) => failureOf(get("key", condition));

    expect(await outcome({ IfMatch: ETag })).to.equal("no failure");
    expect(await outcome({ IfMatch: '"other"' })).to.equal("PreconditionFailed 412");
    expect(await outcome({ IfNoneMatch: '"other"' })).to.equal("no failure");
    expect(await outcome({ IfNoneMatch: ETag })).to.match(/ 304$/);
    expect(await outcome({ IfModifiedSince: past })).to.equal("no failure");
    expect(await outcome({ IfModifiedSince: future })).to.match(/ 304$/);
    expect(await outcome({ IfUnmodifiedSince: past })).to.equal("PreconditionFailed 412");
    expect(await outcome({ IfMatch: ETag, IfUnmodifiedSince: past })).to.equal("no failure");
  });

  it("deletes an object, also a second time", async () => {
    await put("a/b/c", "text");
    await s3.client.send(new DeleteObjectCommand({ Bucket: "lake", Key: "a/b/c" }));
    await s3.client.send(new DeleteObjectCommand({ Bucket: "lake", Key: "a/b/c" }));
    expect(await failureOf(get("a/b/c"))).to.equal("NoSuchKey 404");
    await put("a", "where a directory was");
  });

  it("tags an object without changing it", async () => {
    const tagging = async () =>
      (await s3.client.send(new GetObjectTaggingCommand({ Bucket: "lake", Key: "key" }))).TagSet;
    const { ETag } = await put("key", "text", { Tagging: "state=new&by=a%26b", Metadata: { rows: "1" } });
    expect(await tagging()).to.deep.equal([
      { Key: "state", Value: "new" },
      { Key: "by", Value: "a&b" },
    ]);
    const before = await head("key");

    const TagSet = [{ Key: "state", Value: "<loaded>" }];
    await s3.client.send(new PutObjectTaggingCommand({ Bucket: "lake", Key: "key", Tagging: { TagSet } }));

    expect(await tagging()).to.deep.equal(TagSet);
    expect(await getText(s3.client, "key")).to.equal("text");
    expect(await head("key")).to.deep.include({
      ETag,
      TagCount: 1,
      LastModified: before.LastModified,
      Metadata: { rows: "1" },
    });
  });

  it("refuses tags that S3 refuses", async () => {
    await put("key", "text");
    const tag = (TagSet: { Key: string; Value: string }[]) =>
      failureOf(
        s3.client.send(new PutObjectTaggingCommand({ Bucket: "lake", Key: "key", Tagging: { TagSet } })),
      );
    const eleven = Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: "" }));
    expect(await tag(eleven)).to.equal("InvalidTag 400");
    expect(await tag([eleven[0]!, eleven[0]!])).to.equal("InvalidTag 400");
    expect(await tag([{ Key: "k", Value: "v".repeat(257) }])).to.equal("InvalidTag 400");
  });

  it("copies an object with its metadata and tags, or with new ones", async () => {
    await put("from me", "text", { ContentType: "text/csv", Metadata: { rows: "1" }, Tagging: "a=b" });
    const copy = (Key: string, more = {}) =>
      s3.client.send(new CopyObjectCommand({ Bucket: "lake", CopySource: "lake/from%20me", Key, ...more }));

    await copy("same");
    await copy("new", { MetadataDirective: "REPLACE", Metadata: { rows: "2" }, TaggingDirective: "REPLACE" });

    expect(await getText(s3.client, "same")).to.equal("text");
    expect(await head("same")).to.deep.include({
      ContentType: "text/csv",
      Metadata: { rows: "1" },
      TagCount: 1,
    });
    expect((await head("new")).Metadata).to.deep.equal({ rows: "2" });
    expect((await head("new")).TagCount).to.equal(undefined);
    expect(await failureOf(copy("other", { CopySourceIfMatch: '"other"' }))).to.equal(
      "PreconditionFailed 412",
    );
    expect(await failureOf(copy("from me"))).to.equal("InvalidRequest 400");
  });

  it("sends an event for each created object with increasing sequencers", async () => {
    const events: ObjectCreated[] = [];
    s3.server.onObjectCreated((event) => events.push(event));

    const { ETag } = await put("a", "text");
    await put("a", "text", { IfNoneMatch: "*" }).catch(() => undefined);
    await s3.client.send(new CopyObjectCommand({ Bucket: "lake", CopySource: "lake/a", Key: "b" }));

    expect(events.map(({ bucket, key, size }) => ({ bucket, key, size }))).to.deep.equal([
      { bucket: "lake", key: "a", size: 4 },
      { bucket: "lake", key: "b", size: 4 },
    ]);
    expect(`"${events[0]?.eTag}"`).to.equal(ETag);
    expect(events[0]!.sequencer < events[1]!.sequencer).to.equal(true);
    expect(events[0]!.at).to.be.instanceOf(Date);
  });

  it("creates and finds buckets", async () => {
    await s3.client.send(new HeadBucketCommand({ Bucket: "lake" }));
    await s3.client.send(new CreateBucketCommand({ Bucket: "processed" }));
    await s3.client.send(new HeadBucketCommand({ Bucket: "processed" }));
    await s3.server.createBucket("processed");

    const create = (Bucket: string) => failureOf(s3.client.send(new CreateBucketCommand({ Bucket })));
    expect(await create("processed")).to.equal("BucketAlreadyOwnedByYou 409");
    expect(await create("No_Bucket")).to.equal("InvalidBucketName 400");
    expect(await failureOf(s3.client.send(new HeadBucketCommand({ Bucket: "other" })))).to.equal(
      "NotFound 404",
    );
  });

  it("reports a missing key or bucket as S3 does", async () => {
    expect(await failureOf(get("none"))).to.equal("NoSuchKey 404");
    expect(await failureOf(head("none"))).to.equal("NotFound 404");
    expect(await failureOf(get("none", { Bucket: "other" }))).to.equal("NoSuchBucket 404");
    expect(await failureOf(put("none", "", { Bucket: "other" }))).to.equal("NoSuchBucket 404");
  });

  it("refuses unsupported operations by name", async () => {
    const call = s3.client.send(new ListBucketsCommand({}));
    expect(await failureOf(call)).to.equal("NotImplemented 501");
    await put("key", "text");
    const version: unknown = await get("key", { VersionId: "1" }).catch((error: unknown) => error);
    expect(version).to.have.property("message").that.includes("GetObject (GET versionId)");
    expect(await failureOf(put("key", "", { ObjectLockMode: "GOVERNANCE" }))).to.equal("NotImplemented 501");
  });

  it("refuses a body of unknown length, as S3 does", async () => {
    const { status, body } = await rawRequest({
      url: s3.server.url,
      method: "PUT",
      path: "/lake/key",
      headers: { "transfer-encoding": "chunked" },
      body: "text",
    });
    expect(`${status} ${body}`).to.match(/^411 .*MissingContentLength/s);
  });
});
