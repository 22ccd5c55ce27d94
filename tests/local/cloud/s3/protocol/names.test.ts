import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { failureOf, getText, rawRequest, startTestS3, stopAll, temporaryDirectory } from "../support";
import type { TestS3 } from "../support";

describe("A key that a directory of files cannot hold", () => {
  let s3: TestS3;
  // The server's directory is one level down, so that the clean-up also finds a file that escapes from it.
  beforeEach(async () => (s3 = await startTestS3({ directory: join(temporaryDirectory(), "s3") })));
  afterEach(stopAll);

  const put = (path: string) => rawRequest({ url: s3.server.url, method: "PUT", path, body: "text" });

  const paths = {
    "leads out of the bucket": "/lake/../escaped",
    "leads out of the bucket, encoded": "/lake/%2e%2e%2fescaped",
    "leads out of the directory": "/lake/a/..%2F..%2F..%2Fescaped",
    "leads into the records": "/lake/..%2F.meta%2Flake%2Fescaped",
    "leads nowhere": "/lake/a/./escaped",
    "ends in a slash": "/lake/escaped/",
    "begins with a slash": "/lake//escaped",
    "has an empty segment": "/lake/a//escaped",
    "has a NUL": "/lake/escaped%00.csv",
    "has a segment of 256 bytes": `/lake/${"ä".repeat(128)}`,
    "has more than 1,024 bytes": `/lake/${"abc/".repeat(256)}x`,
    "is not UTF-8": "/lake/%ff",
  };
  for (const [what, path] of Object.entries(paths)) {
    it(`is refused: it ${what}`, async () => {
      const { status } = await put(path);
      expect(status).to.equal(400);
      expect(readdirSync(join(s3.directory, "lake"))).to.deep.equal([]);
      expect(existsSync(join(s3.directory, "escaped"))).to.equal(false);
      expect(existsSync(join(dirname(s3.directory), "escaped"))).to.equal(false);
    });
  }

  for (const bucket of ["..", ".meta", ".staging", "%2e%2e"]) {
    it(`is refused with the bucket ${bucket}`, async () => {
      const { status } = await put(`/${bucket}/key`);
      expect(status).to.equal(404);
      expect((await put(`/${bucket}`)).status).to.equal(400);
    });
  }

  it("is refused with its name below or above another object", async () => {
    const write = (Key: string) => s3.client.send(new PutObjectCommand({ Bucket: "lake", Key, Body: Key }));
    await write("a/b");
    expect(await failureOf(write("a"))).to.equal("InvalidArgument 400");
    expect(await failureOf(write("a/b/c"))).to.equal("InvalidArgument 400");
    expect(await failureOf(write("a/b/c/d"))).to.equal("InvalidArgument 400");
    await write("a/bc");
    expect(await getText(s3.client, "a/b")).to.equal("a/b");
    expect(readdirSync(join(s3.directory, ".staging"))).to.deep.equal([]);
  });

  it("is accepted if its segments have 255 bytes", async () => {
    const key = `${"a".repeat(255)}/${"b".repeat(255)}`;
    expect((await put(`/lake/${key}`)).status).to.equal(200);
    expect(await getText(s3.client, key)).to.equal("text");
  });
});
