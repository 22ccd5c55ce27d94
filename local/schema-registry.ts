import { readdirSync } from "node:fs";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { commitLog, type CommitLog } from "../adapters/lake/commit-log";
import { objectStore } from "../adapters/lake/object-store";
import { ingestCommit, type IngestCommit } from "../domain/log/commit";
import { commitNumber } from "../domain/log/keys";
import { schemaEntry, type SchemaEntry } from "../domain/capture/schema-history";
import { startS3 } from "./cloud/s3/server";

/** The number of commits to read concurrently. */
const PARALLEL_READS = 32;
/** The number of commits between two lines of progress. */
const PROGRESS_COMMITS = 32 * PARALLEL_READS;

type IngestLog = Pick<CommitLog<IngestCommit>, "head" | "read">;

/**
 * Prints the columns of a source table, commit by commit, from the ingestion log.
 * @returns the number of commits with new columns; 0 if the log does not know the table
 */
export async function printSchemaHistory(
  log: IngestLog,
  table: string,
  say: { readonly line: (text: string) => void; readonly progress: (text: string) => void },
): Promise<number> {
  let entries = 0;
  for await (const { commit, at, changes } of readSchemaHistory(log, table, say.progress)) {
    entries += 1;
    say.line(`commit ${commit}  ${at}`);
    for (const change of changes) say.line(`  ${change}`);
  }
  return entries;
}

/** Finds the commits with new columns of a table, in order. Reads the whole log. */
export async function* readSchemaHistory(
  log: IngestLog,
  table: string,
  progress: (text: string) => void = () => undefined,
): AsyncGenerator<SchemaEntry, void, undefined> {
  const head = await log.head();
  let before: IngestCommit | undefined;
  for (let first = 1; first <= (head?.number ?? 0); first += PARALLEL_READS) {
    const numbers = Array.from({ length: PARALLEL_READS }, (_, index) => first + index);
    const commits = await Promise.all(
      numbers
        .filter((number) => number <= (head?.number ?? 0))
        .map((number) => log.read(commitNumber(number))),
    );
    for (const commit of commits) {
      if (commit === undefined) throw new Error(`a commit from ${first} on is gone from the log`);
      const entry = schemaEntry(table, commit, before);
      before = commit;
      if (entry !== undefined) yield entry;
    }
    if (first > 1 && first % PROGRESS_COMMITS === 1) progress(`${first - 1} of ${head?.number ?? 0} commits`);
  }
}

/** Opens the ingestion log of a bucket in AWS, or of a lake on this machine. */
export async function withIngestionLog<T>(
  place: { readonly lake: string; readonly bucket: string | undefined },
  work: (log: CommitLog<IngestCommit>) => Promise<T>,
): Promise<T> {
  if (place.bucket !== undefined) return work(commitLog(objectStore(place.bucket), ingestCommit));
  const directory = join(place.lake, "buckets");
  const bucket = bucketsIn(directory).find((name) => name.includes("-ingestion-"));
  if (bucket === undefined)
    throw new Error(`no lake in ${place.lake}: name one with --lake, or a bucket in AWS with --bucket`);
  const server = await startS3({ directory });
  const client = new S3Client({
    endpoint: server.url,
    region: "eu-west-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  try {
    return await work(commitLog(objectStore(bucket, client), ingestCommit));
  } finally {
    client.destroy();
    await server.close();
  }
}

function bucketsIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // A missing folder or bucket is an error of the caller.
    return [];
  }
}
