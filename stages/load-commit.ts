import type { AsyncBuffer } from "hyparquet";
import type { ColumnShape } from "../domain/columnar/arrow";
import type { ObjectStore } from "../adapters/object-store";
import type { Warehouse } from "../adapters/warehouse";
import type { DataFile, ProcessCommit, WarehouseTableCommit } from "../domain/commit";
import { copyHeader, copyRows, copyTrailer } from "../domain/copy-binary";
import { TerminalError } from "../domain/errors";
import { nextCommit, type CommitNumber } from "../domain/keys";
import { loadOrder, type Model } from "../domain/model/model";
import type { WarehouseTable } from "../domain/model/table";
import { readRowGroups } from "../domain/parquet/reader";
import { createTable, keysOf } from "../domain/warehouse-ddl";
import {
  appendFact,
  copyIntoStaging,
  createCurrentView,
  createStaging,
  insertCalendar,
  LEDGER,
  upsertDimension,
} from "../domain/warehouse-sql";
import { findTarget, type TargetTable } from "../domain/warehouse-target";
import type { LoadContext } from "./load";

/** A commit with the number of rows that it brought to each warehouse table. */
export interface LoadedCommit {
  readonly kind: "loaded";
  readonly commit: ProcessCommit;
  readonly rows: Readonly<Record<string, number>>;
}

/** Loads the next commit, if there is one, within the transaction of `warehouse`. */
export async function loadCommit(
  warehouse: Warehouse,
  context: LoadContext,
): Promise<LoadedCommit | { readonly kind: "upToDate"; readonly head: CommitNumber | undefined }> {
  const loaded = await warehouse.ledger.head();
  const number = nextCommit(loaded?.number);
  const commit = await context.log.read(number);
  if (commit === undefined) return { kind: "upToDate", head: loaded?.number };
  checkLake(loaded?.lake, commit, context.schema);

  const targets = await prepareWarehouse(warehouse, context);
  const rows: Record<string, number> = {};
  for (const target of targets) {
    const part = commit.tables[target.table.name];
    if (part !== undefined)
      rows[target.table.name] = await loadTable(warehouse, target, { part, ...context });
  }
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  await warehouse.ledger.record({ number, lake: commit.lake, capturedAt: commit.capturedAt, rows: total });
  return { kind: "loaded", commit, rows };
}

function checkLake(lake: string | undefined, commit: ProcessCommit, schema: string): void {
  if (lake === undefined || lake === commit.lake) return;
  throw new TerminalError(
    `the schema ${schema} of the warehouse was loaded from the lake ${lake}, this is the lake ${commit.lake}: load it into a schema of its own`,
    { subject: { commit: commit.number } },
  );
}

/**
 * Finds every table of the model in the warehouse, in load order, and creates what is missing: tables,
 * views, and the ledger.
 * @throws TerminalError when the ledger is gone although facts are loaded: they would be loaded again
 */
async function prepareWarehouse(
  warehouse: Warehouse,
  { model, schema, telemetry }: LoadContext,
): Promise<readonly TargetTable[]> {
  const order = loadOrder(model);
  const found = await findTargets(warehouse, order);
  for (const table of order.filter(({ name }) => !found.has(name))) {
    telemetry.info("creating a warehouse table", { table: table.name });
    await warehouse.execute(createTable(schema, table, keysOf(order)));
  }
  const targets = found.size === order.length ? found : await findTargets(warehouse, order);
  if (!(await warehouse.ledger.exists())) {
    for (const { table, name } of targets.values()) {
      if (table.kind !== "fact" || (await warehouse.isEmpty(name))) continue;
      throw new TerminalError(
        `${schema}.${name} has rows, but the ledger ${schema}.${LEDGER} is gone: what is loaded cannot be known; ` +
          "restore the ledger, or load into an empty schema",
        { subject: { table: name } },
      );
    }
    await warehouse.ledger.create();
  }
  await createViews(warehouse, schema, [...targets.values()]);
  return order.flatMap(({ name }) => targets.get(name) ?? []);
}

async function findTargets(
  warehouse: Warehouse,
  order: readonly WarehouseTable[],
): Promise<Map<string, TargetTable>> {
  const catalogue = await warehouse.catalogue();
  const targets = order.flatMap((table) => findTarget(table, catalogue) ?? []);
  return new Map(targets.map((target) => [target.table.name, target]));
}

async function createViews(
  warehouse: Warehouse,
  schema: string,
  targets: readonly TargetTable[],
): Promise<void> {
  const views = await warehouse.views();
  for (const target of targets) {
    const { table } = target;
    if (table.kind === "fact" && !views.has(table.currentView))
      await warehouse.execute(createCurrentView(schema, table, target));
  }
}

/** Loads the files of one table; returns how many rows were inserted or changed. */
async function loadTable(
  warehouse: Warehouse,
  target: TargetTable,
  options: { part: WarehouseTableCommit; schema: string; store: ObjectStore; model: Model },
): Promise<number> {
  const { part, schema, store } = options;
  await warehouse.execute(createStaging(target));
  for (const file of part.files) {
    const copied = await warehouse.copy(copyIntoStaging(target), binaryRows(store, file, target.table));
    if (copied !== file.rows) {
      throw new TerminalError(`${file.key} has ${copied} rows, its commit says ${file.rows}`, {
        subject: { table: target.table.name },
      });
    }
  }
  let rows = 0;
  for (const sql of mergeStatements(target, { part, schema })) rows += await warehouse.execute(sql);
  return rows;
}

function mergeStatements(
  target: TargetTable,
  { part, schema }: { part: WarehouseTableCommit; schema: string },
): readonly string[] {
  switch (target.table.kind) {
    case "calendar":
      return [insertCalendar(schema, target)];
    case "dimension":
      return upsertDimension(schema, target, { keysRepeat: part.captures > 1 });
    case "fact":
      return [appendFact(schema, target, { recapture: part.recapture })];
  }
}

/** The rows of a Parquet file as COPY takes them. */
async function* binaryRows(
  store: ObjectStore,
  file: DataFile,
  table: WarehouseTable,
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
