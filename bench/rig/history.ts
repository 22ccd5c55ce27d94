import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitKey, commitNumber, headKey, nextCommit } from "../../domain/log/keys";
import { LEDGER } from "../../domain/warehouse/bookkeeping";
import { createLake, STAGES, type Lake } from "./lake";
import { inDatabase, type Rig } from "./rig";
import { startServices } from "./services";

/** Only this many of the newest commits are complete. The older ones exist as objects that nothing reads. */
const WHOLE = 3;

/**
 * A lake after a first load, with a long history. Its commits are written directly to the folder of the stopped
 * stand-in, because so many runs would take days.
 */
export async function lakeWithHistory(rig: Rig, options: { source: string; commits: number }): Promise<Lake> {
  const { source, commits } = options;
  const directory = join(rig.directory, `buckets-${source}-${commits}`);
  const before = await startServices(directory);
  const { warehouse, buckets, first } = await (async () => {
    try {
      const lake = await createLake(rig, { source, services: before, directory });
      for (const stage of STAGES) await lake.run(stage);
      return { ...lake, first: lake.lastCommits() };
    } finally {
      await before.stop();
    }
  })();

  for (const [bucket, commit] of [
    [buckets.ingestion, first.ingested],
    [buckets.processed, first.processed],
  ] as const) {
    const folder = join(directory, bucket);
    mkdirSync(join(folder, "commits"), { recursive: true });
    mkdirSync(join(folder, "heads"), { recursive: true });
    for (let number = commitNumber(2); number <= commits; number = nextCommit(number)) {
      const body = number > commits - WHOLE ? { ...commit, number } : { number };
      writeFileSync(join(folder, commitKey(number)), JSON.stringify(body));
      writeFileSync(join(folder, headKey(number)), String(number));
    }
  }
  await inDatabase(
    rig.warehouse.url(warehouse),
    `INSERT INTO ${LEDGER} SELECT (jsonb_populate_record(first, jsonb_build_object('commit', i))).*
       FROM ${LEDGER} AS first, generate_series(2, ${commits}) AS i WHERE first.commit = 1;
     ANALYZE ${LEDGER}`,
  );
  const services = await startServices(directory);
  rig.started(() => services.stop());
  return createLake(rig, { source, warehouse, buckets, services, directory });
}
