import { HeadObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { commitLog, processedLog, type CommitLog } from "../../../adapters/lake/commit-log";
import { objectStore, type ObjectStore } from "../../../adapters/lake/object-store";
import { ingestCommit, type IngestCommit, type ProcessCommit } from "../../../domain/log/commit";
import { modelPrefix } from "../../../domain/log/keys";
import { model } from "../../../domain/declarations";
import type { Cloud } from "../../cloud";
import { REGION } from "../../cloud/account";

/** The objects and folders directly under a prefix. */
interface Listing {
  readonly folders: readonly string[];
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly at: string }[];
  /** The start of the next part, if there are more. */
  readonly next: string | undefined;
}

/** Reads the lake of a platform. */
export interface LakeReader {
  readonly buckets: { readonly ingestion: string; readonly processed: string };
  readonly ingested: CommitLog<IngestCommit>;
  readonly processed: CommitLog<ProcessCommit>;
  /** The prefix of every key that a commit of the processed log names. */
  readonly processedPrefix: string;
  store(bucket: string): ObjectStore;
  list(bucket: string, prefix: string, after?: string): Promise<Listing>;
  /** In bytes. */
  sizeOf(bucket: string, key: string): Promise<number>;
  close(): void;
}

const LISTED = 200;

/** A person waits for the answer, so the console gives up earlier than a stage. */
const TIMEOUTS = {
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  maxAttempts: 2,
} as const;

/** Reads with the rights of an administrator of the account, like a person in the AWS console. */
export function openLake(cloud: Cloud): LakeReader {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = {
    ...cloud.credentials("administrator"),
    // A user's own S3 service knows only the user's credentials.
    ...(!cloud.storage.notifies && { AWS_SESSION_TOKEN: "", ...cloud.storage.environment }),
  };
  const client = new S3Client({
    ...TIMEOUTS,
    endpoint: cloud.storage.url,
    region: REGION,
    forcePathStyle: true,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== "" && { sessionToken: AWS_SESSION_TOKEN }),
    },
  });
  const bucketOf = (variable: string): string => {
    const name = cloud.program.functions.find(({ environment }) => variable in environment)?.environment[
      variable
    ];
    if (name === undefined) throw new Error(`no function of the program has the variable ${variable}`);
    return name;
  };
  const buckets = { ingestion: bucketOf("INGESTION_BUCKET"), processed: bucketOf("PROCESSED_BUCKET") };
  const store = (bucket: string): ObjectStore => objectStore(bucket, client);
  return {
    buckets,
    ingested: commitLog(store(buckets.ingestion), ingestCommit),
    processed: processedLog(store(buckets.processed), model.version).log,
    processedPrefix: modelPrefix(model.version),
    store,
    list: async (bucket, prefix, after) => {
      const { CommonPrefixes, Contents, NextContinuationToken } = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: "/",
          MaxKeys: LISTED,
          ...(after !== undefined && { ContinuationToken: after }),
        }),
      );
      return {
        folders: (CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix),
        objects: (Contents ?? []).map(({ Key = "", Size = 0, LastModified }) => ({
          key: Key,
          bytes: Size,
          at: LastModified?.toISOString() ?? "",
        })),
        next: NextContinuationToken,
      };
    },
    sizeOf: async (bucket, key) => {
      const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return ContentLength;
    },
    close: () => client.destroy(),
  };
}
