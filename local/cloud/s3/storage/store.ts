import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { s3Error } from "../protocol/errors";
import { createKeyIndex } from "./key-index";
import type { KeyIndex } from "./key-index";
import { filesBelow, ioBytes, openLayout, pruneAbove } from "./layout";
import type { Layout } from "./layout";
import { ancestorsOf, checkBucketName, checkKey, unsupportedKey } from "../protocol/names";
import { formatRecord, loadRecord } from "./records";
import type { ObjectName, ObjectRecord } from "./records";
import { commitStaged, recover, stage, writeAtomically } from "./staging";
import type { Chunks, Staged } from "./staging";

/** A write that has taken effect. */
export interface Committed extends ObjectName {
  readonly record: ObjectRecord;
}

/**
 * The buckets and objects in one directory, which only one process may open at a time.
 *
 * Any number of writers stage payloads concurrently. Commits are synchronous: no other request runs between a check and
 * its effect. This makes conditional writes atomic.
 */
export interface Store {
  readonly layout: Layout;
  /** @throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou */
  createBucket(name: string): void;
  hasBucket(name: string): boolean;
  /** The bucket's keys in UTF-8 byte order. @throws S3Error NoSuchBucket */
  keys(bucket: string): readonly string[];
  /** @throws S3Error NoSuchBucket, or InvalidArgument if the file system cannot hold the key */
  find(name: ObjectName): ObjectRecord | undefined;
  /** @throws S3Error NoSuchBucket, NoSuchKey */
  get(name: ObjectName): ObjectRecord;
  /**
   * The bytes `start` to `end`, inclusive, of the current object, even if another replaces it during the read. Few bytes
   * come at once, many as a stream.
   */
  read(name: ObjectName, range: { readonly start: number; readonly end: number }): Buffer | Readable;
  stage(chunks: Chunks): Promise<Staged>;
  /** Makes a staged payload an object, or discards it and throws the error of `check`. */
  commit(write: {
    readonly name: ObjectName;
    readonly staged: Staged;
    readonly attributes: Pick<ObjectRecord, "eTag" | "headers" | "tags" | "checksums">;
    readonly check: (existing: ObjectRecord | undefined) => void;
  }): Committed;
  /** @throws S3Error NoSuchBucket, NoSuchKey */
  setTags(name: ObjectName, tags: ObjectRecord["tags"]): void;
  /** Does nothing if the object does not exist. */
  delete(name: ObjectName): void;
}

interface Bucket {
  readonly index: KeyIndex;
  /** Every key, with its record after the first use. */
  readonly records: Map<string, ObjectRecord | undefined>;
}

/** Opens the store in this directory, finishes what a killed process left unfinished, and indexes all keys. */
export function openStore(directory: string): Store {
  const layout = openLayout(directory);
  recover(layout);
  const buckets = new Map<string, Bucket>();
  for (const entry of readdirSync(layout.root, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith("."))
      buckets.set(entry.name, loadBucket(layout, entry.name));
  }

  function requireBucket(name: string): Bucket {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw s3Error("NoSuchBucket");
    return bucket;
  }

  function find({ bucket, key }: ObjectName): ObjectRecord | undefined {
    const { records } = requireBucket(bucket);
    checkKey(key);
    if (!records.has(key)) return undefined;
    const record = records.get(key) ?? loadRecord(layout, { bucket, key });
    records.set(key, record);
    return record;
  }

  function get(name: ObjectName): ObjectRecord {
    const record = find(name);
    if (record === undefined) throw s3Error("NoSuchKey");
    return record;
  }

  function refuseShadowing({ bucket, key }: ObjectName): void {
    const { records } = requireBucket(bucket);
    for (const ancestor of ancestorsOf(key)) {
      if (records.has(ancestor)) throw unsupportedKey(key, `there is an object "${ancestor}"`);
    }
    if (statSync(layout.object(bucket, key), { throwIfNoEntry: false })?.isDirectory() === true) {
      throw unsupportedKey(key, `there are objects below "${key}/"`);
    }
  }

  return {
    layout,
    createBucket(name) {
      checkBucketName(name);
      if (buckets.has(name)) throw s3Error("BucketAlreadyOwnedByYou");
      mkdirSync(join(layout.root, name), { recursive: true });
      buckets.set(name, { index: createKeyIndex([]), records: new Map() });
    },
    hasBucket: (name) => buckets.has(name),
    keys: (bucket) => requireBucket(bucket).index.sorted(),
    find,
    get,
    read({ bucket, key }, { start, end }) {
      const path = layout.object(bucket, key);
      // Opened now, because a stream opens its file later and could find a newer object.
      const fd = openSync(path, "r");
      return end - start < ioBytes
        ? readPart(fd, start, end)
        : createReadStream(path, { fd, start, end, highWaterMark: ioBytes });
    },
    stage: (chunks) => stage(layout, chunks),
    commit({ name, staged, attributes, check }) {
      try {
        check(find(name));
        refuseShadowing(name);
      } catch (error) {
        rmSync(staged.path, { force: true });
        throw error;
      }
      const record: ObjectRecord = {
        size: staged.size,
        lastModified: new Date().toISOString(),
        ...attributes,
      };
      commitStaged(layout, { staged, name, record });
      const { bucket, key } = name;
      const { index, records } = requireBucket(bucket);
      if (!records.has(key)) index.add(key);
      records.set(key, record);
      return { bucket, key, record };
    },
    setTags(name, tags) {
      const record = { ...get(name), tags };
      writeAtomically(layout, {
        path: layout.record(name.bucket, name.key),
        text: formatRecord(name, record),
      });
      requireBucket(name.bucket).records.set(name.key, record);
    },
    delete(name) {
      if (find(name) === undefined) return;
      const { bucket, key } = name;
      for (const path of [layout.object(bucket, key), layout.record(bucket, key)]) {
        rmSync(path, { force: true });
        pruneAbove(path, path.slice(0, -key.length - 1));
      }
      const { index, records } = requireBucket(bucket);
      index.delete(key);
      records.delete(key);
    },
  };
}

/** Reads the bytes at once, and closes the file. */
function readPart(fd: number, start: number, end: number): Buffer {
  try {
    const bytes = Buffer.allocUnsafe(end - start + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, start + length);
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function loadBucket(layout: Layout, name: string): Bucket {
  const keys = [...filesBelow(join(layout.root, name))];
  return { index: createKeyIndex(keys), records: new Map(keys.map((key) => [key, undefined])) };
}
