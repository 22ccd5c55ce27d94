import {
  CreateBucketCommand,
  HeadBucketCommand,
  NotFound,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { messageOf } from "../message";
import { startS3, type S3Hook } from "./server";

/** The home of the buckets: the stand-in on this machine, or the user's own S3 service. */
export interface ObjectStorage {
  readonly url: string;
  /** The environment that a Lambda needs to reach the storage; for the user's own service, it includes credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Calls the listener for new objects. The user's own service sends no events, so it is then never called. */
  onObjectCreated(listener: (created: ObjectCreation) => void): void;
  readonly notifies: boolean;
  close(): Promise<void>;
}

/** A new object, with the event that S3 would send for it. */
export interface ObjectCreation {
  readonly bucket: string;
  readonly key: string;
  readonly event: unknown;
}

/** Which new objects cause a notification. */
export interface ObjectFilter {
  readonly bucket: string;
  readonly prefix: string;
  readonly suffix: string;
}

export const isAbout = (
  { bucket, prefix, suffix }: ObjectFilter,
  created: Pick<ObjectCreation, "bucket" | "key">,
): boolean => created.bucket === bucket && created.key.startsWith(prefix) && created.key.endsWith(suffix);

/** Opens the storage and makes its buckets. `AWS_ENDPOINT_URL_S3` names a service to use instead of the stand-in. */
export async function openObjectStorage(
  directory: string,
  buckets: readonly string[],
  hooks: { readonly authorize?: S3Hook; readonly before?: S3Hook } = {},
): Promise<ObjectStorage> {
  const own = process.env["AWS_ENDPOINT_URL_S3"];
  if (own !== undefined && own !== "") return userStorage(own, buckets);
  const server = await startS3({ directory, ...hooks });
  for (const bucket of buckets) await server.createBucket(bucket);
  return {
    url: server.url,
    environment: { AWS_ENDPOINT_URL_S3: server.url },
    notifies: true,
    onObjectCreated: (listener) =>
      server.onObjectCreated(({ bucket, key, size, eTag, at, sequencer }) => {
        const object = { key: eventKey(key), size, eTag, sequencer };
        const record = {
          eventVersion: "2.1",
          eventSource: "aws:s3",
          eventName: "ObjectCreated:Put",
          eventTime: at.toISOString(),
        };
        listener({
          bucket,
          key,
          event: { Records: [{ ...record, s3: { bucket: { name: bucket }, object } }] },
        });
      }),
    close: () => server.close(),
  };
}

/** A key as S3 writes it in events: encoded as in a form, except for slashes. */
const eventKey = (key: string): string =>
  encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");

async function userStorage(url: string, buckets: readonly string[]): Promise<ObjectStorage> {
  const {
    AWS_ACCESS_KEY_ID = "local",
    AWS_SECRET_ACCESS_KEY = "local",
    AWS_REGION = "eu-west-2",
  } = process.env;
  const client = new S3Client({
    endpoint: url,
    region: AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  try {
    for (const bucket of buckets) await ensureBucket(client, bucket);
  } catch (error) {
    throw new Error(
      `the S3 service at ${url} (AWS_ENDPOINT_URL_S3) cannot be used: ${reasonOf(error)}; start it, or unset ` +
        "the variable to use the built-in one",
      { cause: error },
    );
  } finally {
    client.destroy();
  }
  return {
    url,
    environment: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3: url },
    notifies: false,
    onObjectCreated: () => undefined,
    close: () => Promise.resolve(),
  };
}

async function ensureBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}

/** Node gives no message when every address of a host refuses, and an answer to HEAD has no body. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status === undefined ? messageOf(error) : `it answers ${status}, ${messageOf(error)}`;
}
