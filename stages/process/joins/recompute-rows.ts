import type { RecordBatch } from "apache-arrow";
import { csvRecords } from "../../../domain/formats/csv/record";
import type { CommitNumber } from "../../../domain/log/keys";
import type { TableFeed } from "../../../domain/model/joined-feeds";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import type { CommittedBatch } from "../batches";
import type { CommitContext } from "../context";
import type { TableState } from "../state/table-state";
import type { TableParts } from "../files/table-commits";
import { transformRows } from "../transform-rows";
import { leftOutTombstones, writeDeletedTombstones, type LeftOutTombstones } from "../files/write-tombstones";
import { writeTable } from "../files/write-table";
import type { AffectedRows } from "./find-affected-rows";
import { joinRows, readRowsOfKeys } from "./driver-rows";

/** The part of a feed to recompute at one ingest commit. */
interface Recomputation {
  readonly number: CommitNumber;
  readonly stateOf: (table: string) => TableState;
  /** The capture of the driver in this commit. */
  readonly captured: AdmittedCapture | undefined;
  /** The rows to recompute; "first" for all rows of a driver that no earlier commit had. */
  readonly rows: AffectedRows | "first";
  readonly context: CommitContext;
}

/** Recomputes rows of a feed, and writes them. */
export async function recomputeRows(fed: TableFeed, of: Recomputation): Promise<TableParts[number][1]> {
  const { table } = fed;
  const { context, captured } = of;
  const isFact = table.kind === "fact";
  const target = { store: context.processed.store, now: context.now };
  const deleted =
    isFact && captured !== undefined
      ? await writeDeletedTombstones({ ...fed, table }, captured, context)
      : [];
  const absent = isFact && of.rows !== "first" ? leftOutTombstones({ ...fed, table }, target) : undefined;
  const file = await writeTable(table, recomputeBatches(fed, { ...of, absent }), target);
  const left = (await absent?.finish()) ?? [];
  return {
    // A recomputed row may be unchanged, so the loader compares.
    recapture: isFact && of.rows !== "first",
    files: file === undefined ? [] : [file],
    tombstones: [...deleted, ...left],
  };
}

async function* recomputeBatches(
  fed: TableFeed,
  of: Recomputation & { readonly absent: LeftOutTombstones | undefined },
): AsyncGenerator<RecordBatch> {
  const { context, stateOf, number: commit, absent } = of;
  const { feed } = fed;
  for await (const { batch, lookups } of joinRows(feed, readDriverRows(stateOf(feed.source.name), of), {
    stateOf,
  })) {
    const source: CommittedBatch = {
      batch,
      rejections: new Map(),
      commit,
      ...csvRecords(feed.source.columns, batch),
    };
    const made = transformRows(fed, { source, lookups, context });
    context.recomputed.record(fed, source, made.rejections);
    await absent?.add({ batch, rows: made.absent });
    yield made.batch;
    await context.rejected.spill();
  }
}

/** Reads the rows to recompute, each once, because a repeated key would make two versions of a fact. */
async function* readDriverRows(driver: TableState, { rows }: Recomputation): AsyncGenerator<RecordBatch> {
  if (rows === "first" || rows === "all") yield* driver.scan();
  else if (rows.written) {
    yield* driver.scanWritten();
    yield* readRowsOfKeys(
      driver,
      rows.keys.filter((key) => !driver.isWritten(key)),
    );
  } else yield* readRowsOfKeys(driver, rows.keys);
}
