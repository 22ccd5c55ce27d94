import { CreateBucketCommand, HeadBucketCommand, NotFound, S3Client } from "@aws-sdk/client-s3";
import { startS3 } from "./s3/server";

/** Where the buckets live: the stand-in on this machine, or the S3 service that the user has. */
export interface ObjectStorage {
  readonly url: string;
  /** What a Lambda's environment needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Objects as they appear. A service of the user's own tells nothing: then nobody is called. */
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

const STAND_IN = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };

/** Opens the storage and makes its buckets. `AWS_ENDPOINT_URL_S3` names a service to use instead of the stand-in. */
export async function openObjectStorage(
  directory: string,
  buckets: readonly string[],
): Promise<ObjectStorage> {
  const own = process.env["AWS_ENDPOINT_URL_S3"];
  if (own !== undefined && own !== "") return userStorage(own, buckets);
  const server = await startS3({ directory });
  for (const bucket of buckets) await server.createBucket(bucket);
  return {
    url: server.url,
    environment: { ...STAND_IN, AWS_ENDPOINT_URL_S3: server.url },
    notifies: true,
    onObjectCreated: (listener) =>
      server.onObjectCreated(({ bucket, key, size, eTag, at, sequencer }) => {
        const object = { key: encodeURIComponent(key).replaceAll("%20", "+"), size, eTag, sequencer };
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

async function userStorage(url: string, buckets: readonly string[]): Promise<ObjectStorage> {
  const {
    AWS_ACCESS_KEY_ID = "local",
    AWS_SECRET_ACCESS_KEY = "local",
    AWS_REGION = "eu-west-2",
  } = process.env;
  const client = new S3Client({ endpoint: url, region: AWS_REGION, forcePathStyle: true });
  for (const Bucket of buckets) {
    try {
      await client.send(new HeadBucketCommand({ Bucket }));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      await client.send(new CreateBucketCommand({ Bucket }));
    }
  }
  client.destroy();
  return {
    url,
    environment: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3: url },
    notifies: false,
    onObjectCreated: () => undefined,
    close: () => Promise.resolve(),
  };
}
