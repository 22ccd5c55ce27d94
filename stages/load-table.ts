import type { AsyncBuffer } from "hyparquet";
import type { ObjectStore } from "../adapters/object-store";
import type { Warehouse } from "../adapters/warehouse";
import type { ColumnShape } from "../domain/columnar/arrow";
import type { DataFile, ProcessCommit, WarehousePart } from "../domain/commit";
import { copyHeader, copyRows, copyTrailer } from "../domain/copy-binary";
import { TerminalError } from "../domain/errors";
import { readRowGroups } from "../domain/parquet/reader";
import {
  appendVersions,
  findOrphan,
  healOrphans,
  recordBatch,
  recordDeletions,
  setOrphansAside,
  stageTombstones,
  supersedeByHealed,
  supersedeOrphans,
  type FactTarget,
} from "../domain/warehouse-facts";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  insertCalendar,
  stagingName,
  upsertDimension,
} from "../domain/warehouse-sql";
import type { TargetTable } from "../domain/warehouse-target";
import type { LoadContext } from "./load";

/** One commit on its way into the warehouse. */
export interface CommitLoad extends LoadContext {
  readonly warehouse: Warehouse;
  readonly commit: ProcessCommit;
  /** In load order, by the names of the model. */
  readonly targets: ReadonlyMap<string, TargetTable>;
}

/** What a table got. */
export interface LoadedTable {
  /** Rows that were inserted, or updated because they differed. */
  readonly rows: number;
  readonly orphans: number;
}

/** Loads what the commit has for one table; the tables that it refers to are loaded. */
export async function loadTable(target: TargetTable, load: CommitLoad): Promise<LoadedTable> {
  const { table } = target;
  const parts = load.commit.tables[table.name]?.parts ?? [];
  if (table.kind === "fact")
    return loadFact({ schema: load.schema, fact: table, target, parents: load.targets }, parts, load);
  let rows = 0;
  for (const part of parts) {
    rows += await staged(target, part.files, load, async () => {
      const statements =
        table.kind === "calendar"
          ? [insertCalendar(load.schema, target)]
          : upsertDimension(load.schema, target);
      let changed = 0;
      for (const sql of statements) changed += await load.warehouse.execute(sql);
      return changed;
    });
  }
  return { rows, orphans: 0 };
}

/** Appends versions: first those that waited for a parent, then part by part the deleted and the new. */
async function loadFact(
  fact: FactTarget,
  parts: readonly WarehousePart[],
  load: CommitLoad,
): Promise<LoadedTable> {
  const { warehouse, commit } = load;
  const { number } = commit;
  let rows = await heal(fact, load);
  let orphans = 0;
  for (const { recapture, files, tombstones } of parts) {
    if (tombstones.length > 0) {
      const staging = stageTombstones(fact);
      await staged(staging, tombstones, load, async () => {
        await warehouse.execute(supersedeOrphans(fact, { staged: staging, commit: number }));
        return warehouse.execute(recordDeletions(fact, { staged: staging, commit: number }));
      });
    }
    if (files.length === 0) continue;
    rows += await staged(fact.target, files, load, async () => {
      orphans += await warehouse.execute(setOrphansAside(fact, { commit: number, recapture }));
      await warehouse.execute(supersedeOrphans(fact, { staged: fact.target, commit: number }));
      return warehouse.execute(appendVersions(fact, { recapture }));
    });
  }
  if (rows > 0) await warehouse.execute(recordBatch(fact, number));
  return { rows, orphans };
}

/** Loads the versions whose parents have come, if any wait. */
async function heal(fact: FactTarget, { warehouse, commit }: CommitLoad): Promise<number> {
  if ((await warehouse.execute(findOrphan(fact))) === 0) return 0;
  await warehouse.execute(createStaging(fact.target));
  const rows = await warehouse.execute(healOrphans(fact, commit.number));
  await warehouse.execute(supersedeByHealed(fact, commit.number));
  await warehouse.execute(dropStaging(stagingName(fact.target)));
  return rows;
}

/** Copies files into a staging table, and works with it. */
async function staged(
  target: TargetTable,
  files: readonly DataFile[],
  { warehouse, store }: CommitLoad,
  work: () => Promise<number>,
): Promise<number> {
  await warehouse.execute(createStaging(target));
  for (const file of files) {
    const copied = await warehouse.copy(copyIntoStaging(target), binaryRows(store, file, target));
    if (copied !== file.rows) {
      throw new TerminalError(`${file.key} has ${copied} rows, its commit says ${file.rows}`, {
        subject: { table: target.table.name },
      });
    }
  }
  const result = await work();
  await warehouse.execute(dropStaging(stagingName(target)));
  return result;
}

/** The rows of a Parquet file as COPY takes them. */
async function* binaryRows(
  store: ObjectStore,
  file: DataFile,
  { table }: TargetTable,
): AsyncGenerator<Uint8Array> {
  const types = Object.values<ColumnShape>(table.columns).map(({ type }) => type);
  yield copyHeader();
  for await (const { columns, rows } of readRowGroups(remoteFile(store, file), table.columns))
    yield* copyRows(types, columns, rows);
  yield copyTrailer();
}

/** Files up to this size are fetched in one request. */
const SMALL_FILE_BYTES = 4 * 1024 * 1024;

function remoteFile(store: ObjectStore, { key, bytes }: DataFile): AsyncBuffer {
  if (bytes > SMALL_FILE_BYTES)
    return { byteLength: bytes, slice: (start, end = bytes) => store.range(key, start, end) };
  let whole: Promise<ArrayBuffer> | undefined;
  return {
    byteLength: bytes,
    slice: async (start, end = bytes) => (await (whole ??= store.range(key, 0, bytes))).slice(start, end),
  };
}
