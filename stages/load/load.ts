import type { LoadContext } from "./context";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { WaitingRows } from "../../adapters/warehouse/position";
import { inWarehouseTransaction } from "../../adapters/warehouse/warehouse";
import { emptyByName } from "../../domain/log/by-name";
import type { ProcessCommit } from "../../domain/log/commit";
import { writtenTables } from "../../domain/log/written-tables";
import { messageOf } from "../../domain/errors";
import type { ReplayResult } from "../../domain/warehouse/replay";
import type { BrokenMart } from "./refresh-marts";
import { loadCommit, type LoadedCommit } from "./load-commit";

/** The result of a run. */
export interface LoadResult {
  readonly commits: readonly number[];
  /** The rows of each warehouse table: inserted, or updated because they differed. */
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  /** The rows of this run that wait for a row of a dimension. */
  readonly waiting: number;
  /** All rows that wait after the run, whichever run set them aside, by table; missing when no row waits. */
  readonly waitingRows?: readonly WaitingRows[];
  /** The marts that differ from their declaration, each with the reason; missing when all are correct. */
  readonly brokenMarts?: readonly BrokenMart[];
  /** The progress of a replay, if the run had one. */
  readonly replay?: ReplayResult;
}

/** Loads the commits that the warehouse lacks, in order, each in a transaction with its ledger row. */
export async function loadCommits(context: LoadContext): Promise<LoadResult> {
  const { client, schema, telemetry } = context;
  const commits: number[] = [];
  const tables = emptyByName<{ rows: number }>();
  let waiting = 0;
  while (context.hasTime()) {
    const result = await inWarehouseTransaction(client, schema, (warehouse) =>
      loadCommit(warehouse, context),
    );
    if (result === undefined) {
      telemetry.info("another loader is at work", { schema });
      break;
    }
    if (result.kind === "upToDate") {
      if (commits.length === 0) telemetry.info("no commit waits to be loaded", { commit: result.head ?? 0 });
      break;
    }
    commits.push(result.commit.number);
    for (const [name, rows] of Object.entries(result.rows))
      tables[name] = { rows: (tables[name]?.rows ?? 0) + rows };
    waiting += result.waiting;
    recordLoaded(telemetry, result, context.now());
    await tagLoaded(result.commit, context);
  }
  return { commits, tables, waiting };
}

function recordLoaded(
  telemetry: Telemetry,
  { commit, rows, waiting, placeholders }: LoadedCommit,
  now: Date,
): void {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const ageSeconds = Math.round((now.getTime() - Date.parse(commit.capturedAt)) / 1000);
  telemetry.info("loaded", {
    commit: commit.number,
    tables: Object.keys(rows).length,
    rows: total,
    ageSeconds,
  });
  for (const [table, count] of Object.entries(rows))
    telemetry.info("loaded into a table", { commit: commit.number, table, rows: count });
  telemetry.count("RowsLoaded", total);
  telemetry.count("RowsOrphaned", waiting);
  if (waiting > 0)
    telemetry.warn("rows wait for a row of a dimension", { commit: commit.number, rows: waiting });
  if (placeholders > 0)
    telemetry.info("rows refer to a member, because a row of a dimension is missing", {
      commit: commit.number,
      rows: placeholders,
    });
}

/** Tags the files of a commit for people who look at the bucket. The ledger is the truth. */
async function tagLoaded(commit: ProcessCommit, { store, telemetry, now }: LoadContext): Promise<void> {
  const tags = { "marble:commit": String(commit.number), "marble:loaded": now().toISOString() };
  const keys = writtenTables(commit).flatMap(([, { files }]) => files.map(({ key }) => key));
  try {
    await Promise.all(keys.map((key) => store.tag(key, tags)));
  } catch (error) {
    telemetry.warn("the loaded files could not be tagged", {
      commit: commit.number,
      reason: messageOf(error),
    });
  }
}
