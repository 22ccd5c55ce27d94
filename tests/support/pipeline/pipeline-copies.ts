import { PutObjectCommand } from "@aws-sdk/client-s3";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commitKey, commitNumber } from "../../../domain/log/keys";
import { copiesOf, makeTestDirectory, type TestDatabase } from "../postgres/postgres";
import { s3Client, startPipeline, type Pipeline, type PipelineOptions } from "./pipeline";

export type Hooks = Pick<PipelineOptions, "before" | "after">;

/** A pipeline from which copies are made. */
interface Template {
  readonly lake: string;
  /** The name of the source's database. */
  readonly database: string;
  readonly commits: number;
  readonly copySource: () => Promise<TestDatabase>;
  readonly copyWarehouse: () => Promise<TestDatabase>;
}

/**
 * Starts pipelines that have a past. It is made once in a process, and every pipeline gets a copy of the lake and
 * of both databases; what was logged and counted in it is not there.
 * @param make starts a pipeline in the directory, and runs it
 */
export function pipelineCopies(
  make: (lake: string) => Promise<Pipeline>,
): (hooks?: Hooks) => Promise<Pipeline> {
  let template: Promise<Template> | undefined;
  return async (hooks = {}) => {
    const { lake, database, commits, copySource, copyWarehouse } = await (template ??= keep(make));
    const directory = await mkdtemp(join(tmpdir(), "marble-pipeline-"));
    await cp(lake, directory, { recursive: true, preserveTimestamps: true });
    const pipeline = await startPipeline({
      ...hooks,
      lake: directory,
      source: await copySource(),
      warehouse: await copyWarehouse(),
    });
    await renameSource(pipeline, { from: database, commits });
    return pipeline;
  };
}

async function keep(make: (lake: string) => Promise<Pipeline>): Promise<Template> {
  const lake = await makeTestDirectory();
  const { ingested, source, warehouse, s3 } = await make(lake);
  const head = await ingested.log.head();
  await s3.close();
  return {
    lake,
    database: source.name,
    commits: head?.number ?? 0,
    copySource: await copiesOf(source),
    copyWarehouse: await copiesOf(warehouse),
  };
}

/** A commit names the database of its capture, and ingest refuses a source with another name. */
async function renameSource(
  { ingested, source, s3 }: Pipeline,
  { from, commits }: { readonly from: string; readonly commits: number },
): Promise<void> {
  const client = s3Client(s3.url);
  for (let number = 1; number <= commits; number++) {
    const key = commitKey(commitNumber(number));
    const body = (await ingested.store.get(key))!.replace(
      `"database":"${from}"`,
      `"database":"${source.name}"`,
    );
    await client.send(new PutObjectCommand({ Bucket: ingested.store.bucket, Key: key, Body: body }));
  }
  client.destroy();
}
