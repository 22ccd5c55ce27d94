import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { expect } from "chai";
import { failureOf, getText, startTestS3, stopAll } from "../support";
import type { TestS3 } from "../support";

const target = { Bucket: "lake", Key: "a/big.csv" };
const minPart = 5 * 1024 * 1024;

describe("A multipart upload", () => {
  let s3: TestS3;
  beforeEach(async () => (s3 = await startTestS3()));
  afterEach(stopAll);

  async function create(): Promise<string> {
    const { UploadId = "" } = await s3.client.send(new CreateMultipartUploadCommand(target));
    return UploadId;
  }
  async function uploadPart(
    UploadId: string,
    PartNumber: number,
    Body: string | Buffer,
  ): Promise<CompletedPart> {
    const { ETag } = await s3.client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  }
  const complete = (UploadId: string, Parts: CompletedPart[], more = {}) =>
    s3.client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  it("from a stream by lib-storage creates the object of its parts", async () => {
    const payload = randomBytes(2 * minPart + 12_345);
    const events: number[] = [];
    s3.server.onObjectCreated(({ size }) => events.push(size));
    const params = {
      ...target,
      Body: Readable.from([payload]),
      ContentType: "text/csv",
      Metadata: { rows: "1" },
    };

    await new Upload({ client: s3.client, params: { ...params, Tagging: "state=new" } }).done();

    const got = await s3.client.send(new GetObjectCommand(target));
    const md5s = [0, 1, 2].map((n) =>
      createHash("md5").update(payload.subarray(n * minPart, (n + 1) * minPart)),
    );
    const eTag = createHash("md5").update(Buffer.concat(md5s.map((md5) => md5.digest())));
    expect((await buffer(got.Body as Readable)).equals(payload)).to.equal(true);
    expect(got).to.deep.include({ ETag: `"${eTag.digest("hex")}-3"`, ContentType: "text/csv", TagCount: 1 });
    expect(got.Metadata).to.deep.equal({ rows: "1" });
    expect(events).to.deep.equal([payload.length]);
    expect(readdirSync(join(s3.directory, ".uploads"))).to.deep.equal([]);
  });

  it("shows nothing until it is completed", async () => {
    const id = await create();
    const part = await uploadPart(id, 1, "text");
    expect(await failureOf(getText(s3.client, target.Key))).to.equal("NoSuchKey 404");
    await complete(id, [part]);
    expect(await getText(s3.client, target.Key)).to.equal("text");
  });

  it("accepts parts in any order and keeps the last part of each number", async () => {
    const id = await create();
    const third = await uploadPart(id, 3, "end");
    await uploadPart(id, 1, "first try");
    const first = await uploadPart(id, 1, Buffer.alloc(minPart, "x"));
    await complete(id, [first, third]);
    expect(await getText(s3.client, target.Key)).to.equal(`${"x".repeat(minPart)}end`);
  });

  it("is refused with parts that S3 would refuse and can be completed afterwards", async () => {
    const id = await create();
    const [first, second] = [await uploadPart(id, 1, "small"), await uploadPart(id, 2, "small")];

    expect(await failureOf(complete(id, []))).to.equal("MalformedXML 400");
    expect(await failureOf(complete(id, [first, second]))).to.equal("EntityTooSmall 400");
    expect(await failureOf(complete(id, [second, first]))).to.equal("InvalidPartOrder 400");
    expect(await failureOf(complete(id, [{ ...first, ETag: `${second.ETag}x` }]))).to.equal(
      "InvalidPart 400",
    );
    expect(await failureOf(complete(id, [{ ...first, ETag: '"../../x"' }]))).to.equal("InvalidPart 400");
    expect(await failureOf(complete(id, [{ ...first, PartNumber: 7 }]))).to.equal("InvalidPart 400");
    expect(await failureOf(uploadPart(id, 10_001, "x"))).to.equal("InvalidArgument 400");
    expect(await failureOf(complete(id, [first]))).to.equal("no failure");
  });

  it("verifies a checksum of the whole object", async () => {
    const id = await create();
    const part = await uploadPart(id, 1, "text");
    const sha256 = (text: string) => createHash("sha256").update(text).digest("base64");
    expect(await failureOf(complete(id, [part], { ChecksumSHA256: sha256("other") }))).to.equal(
      "BadDigest 400",
    );
    expect(await failureOf(complete(id, [part], { ChecksumSHA256: sha256("text") }))).to.equal("no failure");
  });

  it("no longer exists once aborted or completed", async () => {
    const aborted = await create();
    const part = await uploadPart(aborted, 1, "text");
    await s3.client.send(new AbortMultipartUploadCommand({ ...target, UploadId: aborted }));
    const completed = await create();
    await complete(completed, [await uploadPart(completed, 1, "text")]);

    for (const id of [aborted, completed, "../../lake", ""]) {
      expect(await failureOf(complete(id || "none", [part]))).to.equal("NoSuchUpload 404");
    }
    expect(await failureOf(uploadPart(aborted, 1, "text"))).to.equal("NoSuchUpload 404");
    expect(readdirSync(join(s3.directory, ".uploads"))).to.deep.equal([]);
  });

  it("gives one object and one refusal when completed twice in parallel", async () => {
    const id = await create();
    const part = await uploadPart(id, 1, Buffer.alloc(minPart));
    const outcomes = await Promise.all([complete(id, [part]), complete(id, [part])].map(failureOf));
    expect(outcomes.sort()).to.deep.equal(["NoSuchUpload 404", "no failure"]);
  });

  it("outlives the server", async () => {
    const id = await create();
    const part = await uploadPart(id, 1, "text");
    const { directory } = s3;
    await s3.server.close();
    s3 = await startTestS3({ directory });
    await complete(id, [part]);
    expect(await getText(s3.client, target.Key)).to.equal("text");
  });
});
