import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Readable } from "node:stream";
import { codeOf, TerminalError, TransientError } from "../../domain/errors";
import type { ObjectKey } from "../../domain/log/keys";
import { SDK_TIMEOUTS } from "../aws/sdk-timeouts";

/** One bucket. Objects can be created, but neither overwritten nor deleted. */
export interface ObjectStore {
  readonly bucket: string;
  /** Reads a small object as a whole; undefined when it does not exist. */
  get(key: string): Promise<string | undefined>;
  /** Streams the bytes of an object. */
  stream(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** Reads bytes `start` to `end`, `end` excluded. */
  range(key: string, start: number, end: number): Promise<ArrayBuffer>;
  /** Creates an object if the key does not exist yet (`If-None-Match: *`). Returns whether it created the object. */
  putIfAbsent(key: ObjectKey, body: string | Uint8Array): Promise<boolean>;
  /** Creates an object from a stream of unknown length; returns its size in bytes. */
  upload(key: ObjectKey, body: AsyncIterable<Uint8Array>): Promise<number>;
  /** The first key with the prefix, in byte order. */
  firstKey(prefix: string): Promise<string | undefined>;
  /** All keys with the prefix, in byte order. Makes one request for each thousand keys. */
  keys(prefix: string): Promise<readonly string[]>;
  /** Sets the tags of an object and removes its previous tags. */
  tag(key: string, tags: Readonly<Record<string, string>>): Promise<void>;
  tags(key: string): Promise<ReadonlyMap<string, string>>;
}

/** Size of a part of a multipart upload. Two parts are held in memory. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_IN_FLIGHT = 2;

/** S3 as an object store. The SDK retries single requests. */
export function objectStore(bucket: string, client: S3Client = new S3Client(SDK_TIMEOUTS)): ObjectStore {
  const send = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw storeError(bucket, what, error);
    }
  };

  const body = async (key: string, range?: string): Promise<Readable> => {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(range !== undefined && { Range: range }),
    });
    const { Body } = await client.send(command);
    if (!(Body instanceof Readable))
      throw new TransientError(`s3://${bucket}/${key} has no body in the response of S3`);
    return Body;
  };

  return {
    bucket,
    get: (key) =>
      send(`read ${key}`, async () => {
        try {
          const command = new GetObjectCommand({ Bucket: bucket, Key: key });
          return await (await client.send(command)).Body?.transformToString();
        } catch (error) {
          if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
          throw error;
        }
      }),
    stream: async (key) => {
      const bytes = await send(`read ${key}`, () => body(key));
      return (async function* (): AsyncGenerator<Uint8Array> {
        try {
          for await (const chunk of bytes) yield chunk as Uint8Array;
        } catch (error) {
          throw storeError(bucket, `read ${key}`, error);
        }
      })();
    },
    range: (key, start, end) =>
      send(`read ${key}`, async () => {
        const bytes = new Uint8Array(end - start);
        let length = 0;
        for await (const chunk of await body(key, `bytes=${start}-${end - 1}`)) {
          const { length: more } = chunk as Uint8Array;
          if (length + more > bytes.length)
            throw new TransientError(`S3 sent more than bytes ${start} to ${end} of s3://${bucket}/${key}`);
          bytes.set(chunk as Uint8Array, length);
          length += more;
        }
        // A range may reach beyond the end of the object.
        return length === bytes.length ? bytes.buffer : bytes.buffer.slice(0, length);
      }),
    putIfAbsent: (key, content) =>
      send(`create ${key}`, async () => {
        try {
          await client.send(
            new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, IfNoneMatch: "*" }),
          );
          return true;
        } catch (error) {
          if (error instanceof S3ServiceException && error.name === "PreconditionFailed") return false;
          throw error;
        }
      }),
    upload: (key, content) =>
      send(`create ${key}`, async () => {
        let bytes = 0;
        const counted = async function* (): AsyncGenerator<Uint8Array> {
          for await (const chunk of content) {
            bytes += chunk.length;
            yield chunk;
          }
        };
        await new Upload({
          client,
          params: {
            Bucket: bucket,
            Key: key,
            Body: Readable.from(counted(), { objectMode: false }),
            IfNoneMatch: "*",
          },
          partSize: PART_BYTES,
          queueSize: PARTS_IN_FLIGHT,
        }).done();
        return bytes;
      }),
    firstKey: (prefix) =>
      send(`list ${prefix}`, async () => {
        const { Contents } = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }),
        );
        return Contents?.[0]?.Key;
      }),
    keys: (prefix) =>
      send(`list ${prefix}`, async () => {
        const keys: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: prefix },
        ))
          for (const { Key } of Contents) if (Key !== undefined) keys.push(Key);
        return keys;
      }),
    tag: (key, tags) =>
      send(`tag ${key}`, async () => {
        const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: key, Tagging: { TagSet } }));
      }),
    tags: (key) =>
      send(`read the tags of ${key}`, async () => {
        const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
        return new Map(TagSet.map(({ Key = "", Value = "" }) => [Key, Value]));
      }),
  };
}

/** A view of the keys of a bucket that begin with `prefix`. The keys of the view omit the prefix. */
export function within(store: ObjectStore, prefix: string): ObjectStore {
  if (prefix === "") return store;
  const under = (key: string): ObjectKey => `${prefix}${key}` as ObjectKey;
  return {
    bucket: store.bucket,
    get: (key) => store.get(under(key)),
    stream: (key) => store.stream(under(key)),
    range: (key, start, end) => store.range(under(key), start, end),
    putIfAbsent: (key, body) => store.putIfAbsent(under(key), body),
    upload: (key, body) => store.upload(under(key), body),
    firstKey: async (of) => (await store.firstKey(under(of)))?.slice(prefix.length),
    keys: async (of) => (await store.keys(under(of))).map((key) => key.slice(prefix.length)),
    tag: (key, tags) => store.tag(under(key), tags),
    tags: (key) => store.tags(under(key)),
  };
}

const TERMINAL_ERRORS: ReadonlySet<string> = new Set([
  "AccessDenied",
  "NoSuchBucket",
  "NoSuchKey",
  "InvalidAccessKeyId",
]);

/** Classifies an error of S3 or of the connection to S3 as transient or terminal, and names the object. */
export function storeError(bucket: string, what: string, error: unknown): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const message = `cannot ${what} in the bucket ${bucket}: ${reason}`;
  const options = { subject: { key: what }, cause: error };
  return error instanceof S3ServiceException && TERMINAL_ERRORS.has(error.name)
    ? new TerminalError(message, options)
    : new TransientError(message, options);
}

/** A code of the operating system: ECONNRESET, EPIPE, ENOTFOUND, … Node's own codes begin with ERR_. */
const SYSTEM_ERROR = /^E(?!RR_)[A-Z_]+$/;

/** The text of an error that the SDK throws; undefined for an error of other code, such as the source of an upload. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof S3ServiceException) return `${error.name}: ${error.message}`;
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (!SYSTEM_ERROR.test(code) && error.name !== "TimeoutError") return undefined;
  // An error of several addresses has no message.
  return error.message || code;
}
