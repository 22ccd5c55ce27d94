import type { Headers } from "./body";
import { s3Error } from "./errors";

/** The state of an object that conditions refer to. */
interface Validators {
  /** Without quotes. */
  readonly eTag: string;
  readonly lastModified: string;
}

/**
 * Checks the conditional headers of a read (RFC 9110, section 13.2.2). CopyObject has the same headers for its source,
 * with the prefix "x-amz-copy-source-".
 * @throws S3Error PreconditionFailed or NotModified
 */
export function checkReadConditions(
  object: Validators,
  { headers, prefix = "" }: { readonly headers: Headers; readonly prefix?: string },
): void {
  const condition = (name: string): string | undefined => headers[`${prefix}${name}`];
  const seconds = (date: string): number => Math.floor(Date.parse(date) / 1000);
  const ifMatch = condition("if-match");
  const ifUnmodifiedSince = condition("if-unmodified-since");
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.eTag)) throw s3Error("PreconditionFailed");
  } else if (ifUnmodifiedSince !== undefined && seconds(object.lastModified) > seconds(ifUnmodifiedSince)) {
    throw s3Error("PreconditionFailed");
  }
  const ifNoneMatch = condition("if-none-match");
  const ifModifiedSince = condition("if-modified-since");
  const isUnchanged =
    ifNoneMatch !== undefined
      ? matches(ifNoneMatch, object.eTag)
      : ifModifiedSince !== undefined && seconds(object.lastModified) <= seconds(ifModifiedSince);
  if (isUnchanged) throw s3Error(prefix === "" ? "NotModified" : "PreconditionFailed");
}

/**
 * Checks the conditional headers of a write against the object that it would replace. S3 supports `If-None-Match: *`
 * (put-if-absent) and `If-Match: <entity tag>`.
 * @throws S3Error PreconditionFailed, NoSuchKey, NotImplemented
 */
export function checkWriteConditions(existing: Validators | undefined, headers: Headers): void {
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw s3Error("NotImplemented", "If-None-Match on a write is implemented for * only.");
  }
  if (ifNoneMatch !== undefined && existing !== undefined) throw s3Error("PreconditionFailed");
  const ifMatch = headers["if-match"];
  if (ifMatch === undefined) return;
  if (existing === undefined) throw s3Error("NoSuchKey");
  if (!matches(ifMatch, existing.eTag)) throw s3Error("PreconditionFailed");
}

function matches(condition: string, eTag: string): boolean {
  return condition.split(",").some((tag) => tag.trim() === "*" || unquote(tag.trim()) === eTag);
}

/** An entity tag without its quotes. */
export function unquote(eTag: string): string {
  return eTag.replace(/^(?:W\/)?"(.*)"$/, "$1");
}
