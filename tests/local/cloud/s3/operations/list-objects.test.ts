import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import type { ListObjectsV2CommandInput } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureOf, startTestS3, stopAll, temporaryDirectory } from "../support";

describe("ListObjectsV2", () => {
  afterEach(stopAll);

  async function startWith(keys: readonly string[]) {
    const { client } = await startTestS3();
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: "lake", Key, Body: Key }));
    const list = (input: Partial<ListObjectsV2CommandInput> = {}) =>
      client.send(new ListObjectsV2Command({ Bucket: "lake", ...input }));
    return { client, list };
  }

  it("lists keys in byte order with size, entity tag and time", async () => {
    const { list } = await startWith(["b", "a/2", "a/1", "ä", "B"]);
    const { Contents = [], KeyCount, IsTruncated } = await list();
    expect(Contents.map(({ Key }) => Key)).to.deep.equal(["B", "a/1", "a/2", "b", "ä"]);
    expect([KeyCount, IsTruncated]).to.deep.equal([5, false]);
    expect(Contents[0]).to.include({
      ETag: '"9d5ed678fe57bcca610140957afab571"',
      Size: 1,
      StorageClass: "STANDARD",
    });
    expect(Contents[0]?.LastModified?.getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it("lists a bucket over several pages", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "lake", "commits"), { recursive: true });
    const names = Array.from({ length: 2345 }, (_, n) => `commits/${String(n).padStart(6, "0")}.json`);
    for (const name of names) writeFileSync(join(directory, "lake", name), "");
    const { client } = await startTestS3({ directory });

    const pages: (string | undefined)[][] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: "lake" })) {
      pages.push(Contents.map(({ Key }) => Key));
    }

    expect(pages.map((page) => page.length)).to.deep.equal([1000, 1000, 345]);
    expect(pages.flat()).to.deep.equal(names);
  });

  it("supports prefix, delimiter, start-after and max-keys", async () => {
    const { list } = await startWith(["log/2", "log/1", "log/old/1", "log/old/2", "other"]);
    const first = await list({ Prefix: "log/", Delimiter: "/", MaxKeys: 2 });
    expect(first.Contents?.map(({ Key }) => Key)).to.deep.equal(["log/1", "log/2"]);
    expect(first.IsTruncated).to.equal(true);

    const ContinuationToken = first.NextContinuationToken!;
    const second = await list({ Prefix: "log/", Delimiter: "/", MaxKeys: 2, ContinuationToken });
    expect(second.Contents).to.equal(undefined);
    expect(second.CommonPrefixes).to.deep.equal([{ Prefix: "log/old/" }]);

    const after = await list({ StartAfter: "log/old/1" });
    expect(after.Contents?.map(({ Key }) => Key)).to.deep.equal(["log/old/2", "other"]);
  });

  it("returns names with characters outside of XML, raw or URL-encoded", async () => {
    const name = "a b+c/%<&>\"'😀\t\u0001.csv";
    const { list } = await startWith([name]);
    expect((await list()).Contents?.[0]?.Key).to.equal(name);
    const encoded = await list({ EncodingType: "url", Prefix: "a b" });
    expect(encoded).to.include({ EncodingType: "url", Prefix: "a+b" });
    expect(decodeURIComponent(encoded.Contents![0]!.Key!.replaceAll("+", " "))).to.equal(name);
    expect(encoded.Contents![0]!.Key).to.match(/^a\+b%2Bc\//);
  });

  it("sees every write and deletion immediately", async () => {
    const { client, list } = await startWith(["a", "b"]);
    expect((await list()).KeyCount).to.equal(2);
    await client.send(new DeleteObjectCommand({ Bucket: "lake", Key: "a" }));
    expect((await list()).KeyCount).to.equal(1);
    await client.send(new PutObjectCommand({ Bucket: "lake", Key: "c", Body: "" }));
    await client.send(new PutObjectCommand({ Bucket: "lake", Key: "c", Body: "again" }));
    expect((await list()).Contents?.map(({ Key, Size }) => `${Key} ${Size}`)).to.deep.equal(["b 1", "c 5"]);
  });

  it("refuses invalid parameters", async () => {
    const { list } = await startWith([]);
    expect(await failureOf(list({ ContinuationToken: "none" }))).to.equal("InvalidArgument 400");
    expect(await failureOf(list({ MaxKeys: -1 }))).to.equal("InvalidArgument 400");
    expect(await failureOf(list({ Bucket: "other" }))).to.equal("NoSuchBucket 404");
  });
});
