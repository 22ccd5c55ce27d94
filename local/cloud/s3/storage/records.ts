import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isMissing } from "./layout";
import type { Layout } from "./layout";

/** An object's name. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** The metadata of an object. */
export interface ObjectRecord {
  readonly size: number;
  /** Without quotes. */
  readonly eTag: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly lastModified: string;
  /** Returned on every read as they came: content-type and similar headers, and x-amz-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the whole object, by header ("x-amz-checksum-crc32"), in base64. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** A record as it is stored: JSON, with the name of its object. */
export function formatRecord({ bucket, key }: ObjectName, record: ObjectRecord): string {
  return JSON.stringify({ bucket, key, ...record }, null, 2);
}

/** The record of an object on disk. For a file that a person put there, a record made from the file's state. */
export function loadRecord(layout: Layout, { bucket, key }: ObjectName): ObjectRecord {
  try {
    return JSON.parse(readFileSync(layout.record(bucket, key), "utf8")) as ObjectRecord;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { size, mtime } = statSync(layout.object(bucket, key));
    const eTag = createHash("md5").update(`${size} ${mtime.toISOString()}`).digest("hex");
    return { size, eTag, lastModified: mtime.toISOString(), headers: {}, tags: {}, checksums: {} };
  }
}
