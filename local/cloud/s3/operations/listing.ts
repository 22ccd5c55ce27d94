import { s3Error } from "../protocol/errors";
import { compareUtf8, firstIndex } from "../storage/key-index";

/** The query for a page of ListObjectsV2. */
export interface ListQuery {
  readonly prefix: string;
  /** Keys with the same text between the prefix and the first delimiter are rolled up; "" rolls up nothing. */
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly startAfter: string;
  /** `nextToken` of the previous page; it replaces `startAfter`. */
  readonly continuationToken?: string | undefined;
}

/** A page of ListObjectsV2: keys and rolled-up prefixes, both in UTF-8 byte order. */
export interface ListPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Present if more keys follow. */
  readonly nextToken: string | undefined;
}

/**
 * One page over the sorted keys of a bucket. The cost depends on the size of the page, not of the bucket, because a
 * binary search skips rolled-up keys.
 */
export function listPage(sortedKeys: readonly string[], query: ListQuery): ListPage {
  const { prefix, delimiter, maxKeys } = query;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: Position = { kind: "key", value: "" };
  let at = Math.max(
    firstIndex(sortedKeys, (key) => compareUtf8(key, prefix) >= 0),
    indexAfter(
      sortedKeys,
      query.continuationToken === undefined ? startOf(query) : parseToken(query.continuationToken),
    ),
  );
  for (;;) {
    const key = sortedKeys[at];
    if (maxKeys === 0 || !key?.startsWith(prefix)) return { keys, commonPrefixes, nextToken: undefined };
    if (keys.length + commonPrefixes.length === maxKeys) {
      return { keys, commonPrefixes, nextToken: formatToken(last) };
    }
    const delimiterAt = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (delimiterAt === -1) {
      last = { kind: "key", value: key };
      keys.push(key);
    } else {
      last = { kind: "prefix", value: key.slice(0, delimiterAt + delimiter.length) };
      commonPrefixes.push(last.value);
    }
    at = delimiterAt === -1 ? at + 1 : indexAfter(sortedKeys, last);
  }
}

/** The last item of a page: a key, or a common prefix with all keys below it. */
interface Position {
  readonly kind: "key" | "prefix";
  readonly value: string;
}

function startOf(query: ListQuery): Position {
  return { kind: "key", value: query.startAfter };
}

function indexAfter(sortedKeys: readonly string[], { kind, value }: Position): number {
  return firstIndex(
    sortedKeys,
    (key) => compareUtf8(key, value) > 0 && !(kind === "prefix" && key.startsWith(value)),
  );
}

function formatToken({ kind, value }: Position): string {
  return Buffer.from(`${kind}:${value}`).toString("base64url");
}

function parseToken(token: string): Position {
  const match = /^(key|prefix):(.*)$/s.exec(Buffer.from(token, "base64url").toString());
  if (match?.[2] === undefined)
    throw s3Error("InvalidArgument", "The continuation token provided is incorrect.");
  return { kind: match[1] === "prefix" ? "prefix" : "key", value: match[2] };
}
