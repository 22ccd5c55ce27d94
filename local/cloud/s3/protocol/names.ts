import { s3Error } from "./errors";

/** The rule for general purpose buckets. It also excludes the store's hidden directories. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Throws InvalidBucketName unless S3 would accept the name. */
export function checkBucketName(name: string): void {
  if (!bucketName.test(name) || name.includes("..")) {
    throw s3Error(
      "InvalidBucketName",
      `invalid bucket name "${name}": use 3 to 63 of a-z, 0-9, "." and "-".`,
    );
  }
}

const maxKeyBytes = 1024;
const maxSegmentBytes = 255;

/**
 * Throws unless the key can name a file below the bucket's directory. S3 takes any key of up to 1,024 bytes. Here
 * objects are plain files, so a key that a file system cannot hold is refused.
 */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw s3Error("KeyTooLongError", `The key is longer than ${maxKeyBytes} bytes.`);
  }
  for (const segment of key.split("/")) {
    if (segment === "" || segment === "." || segment === ".." || segment.includes("\0")) {
      throw unsupportedKey(key, 'empty, ".", ".." and NUL-bearing path segments are not supported');
    }
    if (Buffer.byteLength(segment) > maxSegmentBytes) {
      throw unsupportedKey(key, `path segments of more than ${maxSegmentBytes} bytes are not supported`);
    }
  }
}

/** The refusal of a key that S3 would take and a file system cannot hold. */
export function unsupportedKey(key: string, reason: string): Error {
  return s3Error(
    "InvalidArgument",
    `The local S3 keeps objects as files and cannot hold "${key}": ${reason}.`,
  );
}

/** The proper ancestors of a key as a path: "a/b/c" has "a" and "a/b". */
export function* ancestorsOf(key: string): Generator<string> {
  for (let slash = key.indexOf("/"); slash !== -1; slash = key.indexOf("/", slash + 1)) {
    yield key.slice(0, slash);
  }
}
