import type { Call, Reply } from "../protocol/call";
import { s3Error } from "../protocol/errors";
import { listPage } from "./listing";
import type { Store } from "../storage/store";
import { formatXml } from "../protocol/xml";
import type { XmlNode } from "../protocol/xml";

const maxPageSize = 1000;

/** The operations on buckets. */
export function bucketOperations(store: Store): Readonly<Record<string, (call: Call) => Reply>> {
  return {
    CreateBucket(call) {
      store.createBucket(call.bucket);
      return { headers: { location: `/${call.bucket}` } };
    },
    HeadBucket(call) {
      if (!store.hasBucket(call.bucket)) throw s3Error("NoSuchBucket");
      return {};
    },
    ListObjectsV2: (call) => listObjects(store, call),
  };
}

function listObjects(store: Store, { bucket, query }: Call): Reply {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const startAfter = query.get("start-after") ?? "";
  const continuationToken = query.get("continuation-token") ?? undefined;
  const encodingType = query.get("encoding-type") ?? undefined;
  const maxKeys = parseMaxKeys(query.get("max-keys"));
  if (encodingType !== undefined && encodingType !== "url") {
    throw s3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  const encode = encodingType === "url" ? encodeKey : (key: string) => key;
  const page = listPage(store.keys(bucket), { prefix, delimiter, startAfter, continuationToken, maxKeys });
  const contents = page.keys.map((key): XmlNode => {
    const { lastModified, eTag, size } = store.get({ bucket, key });
    return [
      "Contents",
      [
        ["Key", encode(key)],
        ["LastModified", lastModified],
        ["ETag", `"${eTag}"`],
        ["Size", size],
        ["StorageClass", "STANDARD"],
      ],
    ];
  });
  const commonPrefixes = page.commonPrefixes.map((value): XmlNode => [
    "CommonPrefixes",
    [["Prefix", encode(value)]],
  ]);
  const body = formatXml([
    "ListBucketResult",
    [
      ["Name", bucket],
      ["Prefix", encode(prefix)],
      ["Delimiter", encode(delimiter) || undefined],
      ["StartAfter", encode(startAfter) || undefined],
      ["ContinuationToken", continuationToken],
      ["NextContinuationToken", page.nextToken],
      ["KeyCount", contents.length + commonPrefixes.length],
      ["MaxKeys", maxKeys],
      ["EncodingType", encodingType],
      ["IsTruncated", page.nextToken !== undefined],
      ...contents,
      ...commonPrefixes,
    ],
  ]);
  return { headers: { "content-type": "application/xml" }, body };
}

function parseMaxKeys(text: string | null): number {
  if (text === null) return maxPageSize;
  if (!/^\d{1,10}$/.test(text)) throw s3Error("InvalidArgument", "max-keys must be an integer, 0 or more.");
  return Math.min(Number(text), maxPageSize);
}

/** encoding-type=url: as in a form, slashes kept. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
}
