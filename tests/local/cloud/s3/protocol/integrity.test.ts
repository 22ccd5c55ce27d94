import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { ChecksumAlgorithm, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { failureOf, rawRequest, startTestS3, stopAll } from "../support";
import type { TestS3 } from "../support";

const crc = (text: string) => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(text));
  return value.toString("base64");
};
const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest("base64");

describe("A payload", () => {
  let s3: TestS3;
  beforeEach(async () => (s3 = await startTestS3()));
  afterEach(stopAll);

  const put = (headers: Record<string, string>, body = "text") =>
    rawRequest({ url: s3.server.url, method: "PUT", path: "/lake/key", headers, body });
  const filesOnDisk = () => [
    ...readdirSync(join(s3.directory, "lake")),
    ...readdirSync(join(s3.directory, ".staging")),
  ];

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
    it(`is stored with the SDK's ${algorithm} in a header and in a trailer`, async () => {
      const payload = randomBytes(300_000);
      const target = { Bucket: "lake", Key: "key", ChecksumAlgorithm: ChecksumAlgorithm[algorithm] };
      const stream = Readable.from([
        payload.subarray(0, 7),
        payload.subarray(7, 100_000),
        payload.subarray(100_000),
      ]);
      for (const Body of [payload, stream]) {
        const { [`Checksum${algorithm}` as const]: sent } = await s3.client.send(
          new PutObjectCommand({ ...target, Body, ContentLength: payload.length }),
        );
        const got = await s3.client.send(
          new GetObjectCommand({ Bucket: "lake", Key: "key", ChecksumMode: "ENABLED" }),
        );
        expect(got[`Checksum${algorithm}`]).to.be.a("string").that.equals(sent);
        expect((await buffer(got.Body as Readable)).equals(payload)).to.equal(true);
        expect(got.ContentEncoding).to.equal(undefined);
      }
    });
  }

  const signedSha256 = createHash("sha256").update("other").digest("hex");
  const mismatches: Record<string, { headers: Record<string, string>; code: string }> = {
    "Content-MD5": { headers: { "content-md5": digest("md5", "other") }, code: "BadDigest" },
    CRC32: { headers: { "x-amz-checksum-crc32": crc("other") }, code: "BadDigest" },
    "SHA-256": { headers: { "x-amz-checksum-sha256": digest("sha256", "other") }, code: "BadDigest" },
    "signed SHA-256": {
      headers: { "x-amz-content-sha256": signedSha256 },
      code: "XAmzContentSHA256Mismatch",
    },
  };
  for (const [what, { headers, code }] of Object.entries(mismatches)) {
    it(`with a wrong ${what} is refused and leaves nothing behind`, async () => {
      const { status, body } = await put(headers);
      expect(`${status} ${body}`).to.match(new RegExp(`^400 .*<Code>${code}</Code>`, "s"));
      expect(filesOnDisk()).to.deep.equal([]);
    });
  }

  const chunked = (payload: string, trailer: string) =>
    `${payload.length.toString(16)}\r\n${payload}\r\n0\r\n${trailer}\r\n`;
  const withTrailer = {
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "4",
    "x-amz-trailer": "x-amz-checksum-crc32",
  };

  it("in aws-chunked framing is stored without the framing", async () => {
    const { status } = await put(withTrailer, chunked("text", `x-amz-checksum-crc32:${crc("text")}\r\n`));
    const { body } = await rawRequest({ url: s3.server.url, method: "GET", path: "/lake/key" });
    expect([status, body]).to.deep.equal([200, "text"]);
  });

  const brokenBodies: Record<string, { body: string; code: string }> = {
    "a wrong checksum in the trailer": {
      body: chunked("text", `x-amz-checksum-crc32:${crc("other")}\r\n`),
      code: "BadDigest",
    },
    "no trailer, though it was announced": { body: chunked("text", ""), code: "InvalidRequest" },
    "a length other than declared": {
      body: chunked("texts", `x-amz-checksum-crc32:${crc("texts")}\r\n`),
      code: "IncompleteBody",
    },
    "broken framing": { body: "4\r\ntextual\r\n0\r\n\r\n", code: "IncompleteBody" },
  };
  for (const [what, { body, code }] of Object.entries(brokenBodies)) {
    it(`in aws-chunked framing with ${what} is refused and leaves nothing behind`, async () => {
      const answer = await put(withTrailer, body);
      expect(`${answer.status} ${answer.body}`).to.match(new RegExp(`^400 .*<Code>${code}</Code>`, "s"));
      expect(filesOnDisk()).to.deep.equal([]);
    });
  }

  it("gets its refusal at the first bytes although most of it is in transit", async () => {
    const { status, body } = await put(withTrailer, "no size\r\n".padEnd(5_000_000));
    expect(`${status} ${body}`).to.match(/^400 .*<Code>IncompleteBody<\/Code>/s);
  });

  it("with a checksum of an unknown algorithm is refused instead of stored unverified", async () => {
    const { status, body } = await put({ "x-amz-checksum-xxhash3": "AAAA" });
    expect(`${status} ${body}`).to.match(/^501 .*x-amz-checksum-xxhash3/s);
  });

  it("stays unchanged when a corrupt payload would replace it", async () => {
    await put({}, "first");
    const wrong = new PutObjectCommand({
      Bucket: "lake",
      Key: "key",
      Body: "other",
      ContentMD5: digest("md5", "x"),
    });
    expect(await failureOf(s3.client.send(wrong))).to.equal("BadDigest 400");
    const { body } = await rawRequest({ url: s3.server.url, method: "GET", path: "/lake/key" });
    expect(body).to.equal("first");
  });
});
