import { createHash } from "node:crypto";
import { openBody, readText, requireDeclaredLength } from "../protocol/body";
import type { Headers } from "../protocol/body";
import { parseCopySource } from "../protocol/call";
import type { Call, Reply } from "../protocol/call";
import { checkReadConditions, checkWriteConditions } from "../protocol/conditions";
import { s3Error } from "../protocol/errors";
import { parseRange } from "../protocol/range";
import type { Range } from "../protocol/range";
import type { ObjectRecord } from "../storage/records";
import type { Chunks } from "../storage/staging";
import type { Committed, Store } from "../storage/store";
import { formatTagging, parseTagging, parseTaggingHeader } from "./tagging";
import { formatXml } from "../protocol/xml";

/** The operations on whole objects. They call `created` for each write that has taken effect. */
export function objectOperations(
  store: Store,
  created: (object: Committed) => void,
): Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> {
  return {
    async PutObject(call) {
      const { headers } = call;
      requireDeclaredLength(headers);
      store.find(call); // refuses a wrong bucket or key before it reads the payload
      const tags = parseTaggingHeader(headers["x-amz-tagging"]);
      const body = openBody({ ...call, withMd5: true });
      const staged = await store.stage(body.chunks);
      const committed = store.commit({
        name: call,
        staged,
        attributes: { eTag: body.md5(), headers: keptHeaders(headers), tags, checksums: body.checksums() },
        check: (existing) => checkWriteConditions(existing, headers),
      });
      created(committed);
      const { eTag, checksums } = committed.record;
      return { headers: { etag: `"${eTag}"`, ...checksums } };
    },

    async CopyObject(call) {
      const { headers } = call;
      const source = parseCopySource(headers["x-amz-copy-source"] ?? "");
      const copied = store.get(source);
      checkReadConditions(copied, { headers, prefix: "x-amz-copy-source-" });
      const replacesMetadata = headers["x-amz-metadata-directive"] === "REPLACE";
      const replacesTags = headers["x-amz-tagging-directive"] === "REPLACE";
      if (source.bucket === call.bucket && source.key === call.key && !replacesMetadata && !replacesTags) {
        throw s3Error(
          "InvalidRequest",
          "An object cannot be copied to itself without changing its metadata.",
        );
      }
      store.find(call); // as above
      const md5 = createHash("md5");
      const bytes = store.read(source, wholeOf(copied));
      const staged = await store.stage(
        tap(Buffer.isBuffer(bytes) ? [bytes] : bytes, (chunk) => md5.update(chunk)),
      );
      const committed = store.commit({
        name: call,
        staged,
        attributes: {
          eTag: md5.digest("hex"),
          headers: replacesMetadata ? keptHeaders(headers) : copied.headers,
          tags: replacesTags ? parseTaggingHeader(headers["x-amz-tagging"]) : copied.tags,
          checksums: copied.checksums,
        },
        check: (existing) => checkWriteConditions(existing, headers),
      });
      created(committed);
      const { lastModified, eTag } = committed.record;
      return xmlReply(
        formatXml([
          "CopyObjectResult",
          [
            ["LastModified", lastModified],
            ["ETag", `"${eTag}"`],
          ],
        ]),
      );
    },

    GetObject(call) {
      const { reply, range } = describeObject(store, call);
      return range === undefined ? reply : { ...reply, body: store.read(call, range) };
    },
    HeadObject: (call) => describeObject(store, call).reply,
    DeleteObject(call) {
      if (call.headers["if-match"] !== undefined) checkWriteConditions(store.find(call), call.headers);
      store.delete(call);
      return { status: 204 };
    },

    GetObjectTagging: (call) => xmlReply(formatTagging(store.get(call).tags)),
    async PutObjectTagging(call) {
      store.get(call);
      store.setTags(call, parseTagging(await readText(openBody(call).chunks)));
      return {};
    },
  };
}

/** The headers of a GET or a HEAD, and the range of bytes that a GET sends; undefined if it sends none. */
function describeObject(
  store: Store,
  call: Call,
): { readonly reply: Reply; readonly range: Range | undefined } {
  const record = store.get(call);
  const { size } = record;
  checkReadConditions(record, call);
  const range = parseRange(call.headers["range"], size);
  const { start, end } = range ?? wholeOf(record);
  const withChecksums = range === undefined && call.headers["x-amz-checksum-mode"] === "ENABLED";
  const tagCount = Object.keys(record.tags).length;
  const headers = {
    ...record.headers,
    "accept-ranges": "bytes",
    "content-length": String(end - start + 1),
    etag: `"${record.eTag}"`,
    "last-modified": new Date(record.lastModified).toUTCString(),
    ...(range && { "content-range": `bytes ${start}-${end}/${size}` }),
    ...(tagCount > 0 && { "x-amz-tagging-count": String(tagCount) }),
    ...(withChecksums && record.checksums),
  };
  return { reply: { status: range ? 206 : 200, headers }, range: size === 0 ? undefined : { start, end } };
}

function wholeOf({ size }: ObjectRecord): Range {
  return { start: 0, end: size - 1 };
}

const keptHeader =
  /^(?:content-type|content-disposition|content-language|cache-control|expires|x-amz-meta-.+|x-amz-storage-class)$/;

/** The request headers that become part of the object. */
export function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && keptHeader.test(name)) kept[name] = value;
  }
  const encodings = (headers["content-encoding"] ?? "").split(",").map((encoding) => encoding.trim());
  const contentEncoding = encodings
    .filter((encoding) => encoding !== "" && encoding !== "aws-chunked")
    .join(",");
  return contentEncoding === "" ? kept : { ...kept, "content-encoding": contentEncoding };
}

/** A reply with a document. */
export function xmlReply(body: string): Reply {
  return { headers: { "content-type": "application/xml" }, body };
}

async function* tap(chunks: Chunks, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}
