import type { RecordBatch } from "apache-arrow";
import type { WarehouseTableCommit } from "../../domain/log/commit";
import { valueReader } from "../../domain/formats/columnar/read";
import { columnData } from "../../domain/formats/columnar/arrow";
import { takeBatch, type RowReference } from "../../domain/formats/columnar/take";
import {
  deleteRows,
  keysOf,
  rowsWhere,
  upsertRows,
  type Key,
  type KeyedRows,
} from "../../domain/transform/keyed-rows";
import { contractsOf } from "../../domain/model/model";
import type { SourceTable } from "../../domain/model/source";
import { joinsOf, type Dimension, type Fact } from "../../domain/model/table";
import type { SourceBatch } from "../../domain/formats/csv/decoder";
import { readState, writeState } from "./joined-state";
import {
  captureBatches,
  capturesOf,
  tableCommit,
  tombstoneBatches,
  transformed,
  type CommitRun,
  type CommittedBatch,
} from "./commit-run";
import { writeTable } from "./write-table";

/** What the joined tables add to a commit. */
interface JoinedTables {
  readonly tables: Record<string, WarehouseTableCommit>;
  /** Where the rows of the source tables that changed are kept now. */
  readonly state: Record<string, string>;
}

/** The rows of a source table after the commit, and the keys that the commit changed. */
interface ChangedRows {
  readonly rows: KeyedRows;
  readonly changed: ReadonlySet<Key>;
  /** Have rows come, changed or gone? */
  readonly differs: boolean;
}

/**
 * Maintains the tables with joins: when a row changes, on either side of a join, every row made from
 * it is made anew. A renamed department emits all of its staff although no staff row changed.
 */
export async function joinedDimensions(run: CommitRun): Promise<JoinedTables> {
  const hasChanged = (source: SourceTable): boolean =>
    capturesOf(source, run).some(({ capture }) => capture.rows + capture.deleted.rows > 0);
  const affected = run.model.tables.filter((table) => {
    const joins = joinsOf(table);
    return joins.length > 0 && [table.source, ...joins.map(({ to }) => to)].some(hasChanged);
  });
  const rows = await changedRows(affected, run);

  const tables: Record<string, WarehouseTableCommit> = {};
  for (const table of affected) {
    const file = await writeTable(table, dependants(table, rows, run), {
      store: run.processed.store,
      now: run.now,
    });
    // What is made anew is the latest of each row, whatever was captured: dimensions are upserted.
    const made = tableCommit(file === undefined ? [] : [{ recapture: false, files: [file], tombstones: [] }]);
    if (made !== undefined) tables[table.name] = made;
  }
  const state: Record<string, string> = {};
  for (const [name, { rows: latest, differs }] of rows) {
    if (differs) state[name] = await writeState(latest, { store: run.processed.store, now: run.now });
  }
  return { tables, state };
}

/** The rows of all source tables that the affected tables are made from, with this commit applied. */
async function changedRows(
  affected: readonly (Dimension | Fact)[],
  run: CommitRun,
): Promise<Map<string, ChangedRows>> {
  const needed = new Set(
    affected.flatMap((table) => [table.source.name, ...joinsOf(table).map(({ to }) => to.name)]),
  );
  const result = new Map<string, ChangedRows>();
  for (const [name, contract] of contractsOf(run.model)) {
    if (!needed.has(name)) continue;
    const rows = await readState(run.processed.store, contract, run.previous?.state[name]);
    const changed = new Set<Key>();
    let deleted = 0;
    for (const captured of capturesOf(contract, run)) {
      for await (const batch of tombstoneBatches(contract, captured, run))
        deleted += deleteRows(rows, keysOf(contract, batch));
      for await (const source of captureBatches(contract, captured, run)) {
        for (const key of upsertRows(rows, source)) changed.add(key);
        if (!isDirectSource(contract, run)) keepUndecodable(contract, source, run);
      }
    }
    result.set(name, { rows, changed, differs: changed.size + deleted > 0 });
  }
  return result;
}

/** Is there a table without joins that is made from this source? It then keeps the rows that cannot be decoded. */
const isDirectSource = ({ name }: SourceTable, { model }: CommitRun): boolean =>
  model.tables.some((table) => table.source.name === name && joinsOf(table).length === 0);

function keepUndecodable(table: SourceTable, source: CommittedBatch, run: CommitRun): void {
  for (const [row, rejection] of source.rejections) {
    run.rejected.add({
      table: table.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
}

/** Rows of a table at once. */
const BATCH_ROWS = 32_768;

/** The rows of a table that this commit makes anew. */
function* dependants(
  table: Dimension | Fact,
  rows: ReadonlyMap<string, ChangedRows>,
  run: CommitRun,
): Generator<RecordBatch> {
  const own = rows.get(table.source.name);
  if (own === undefined) throw new TypeError(`${table.name}: the rows of ${table.source.name} were not read`);
  const lookups = new Map([...rows].map(([name, { rows: latest }]) => [name, latest]));
  const references = new Set<RowReference>();
  for (const key of own.changed) {
    const reference = own.rows.positions.get(key);
    if (reference !== undefined) references.add(reference);
  }
  for (const { on, to } of joinsOf(table)) {
    const changed = rows.get(to.name)?.changed ?? new Set();
    if (changed.size > 0) for (const reference of rowsWhere(own.rows, on, changed)) references.add(reference);
  }
  const all = [...references];
  for (let start = 0; start < all.length; start += BATCH_ROWS) {
    const batch = takeBatch(own.rows.batches, table.source.columns, all.slice(start, start + BATCH_ROWS));
    yield transformed(table, {
      source: { ...fromState(table.source, batch), commit: run.number },
      lookups,
      run,
    });
  }
}

/** Rows that come from the state, not from a file: a rejected one is written down as far as it is known. */
function fromState(table: SourceTable, batch: RecordBatch): SourceBatch {
  const columns = Object.entries(table.columns);
  return {
    batch,
    rejections: new Map(),
    header: columns.map(([name]) => name).join(","),
    raw: (row) =>
      columns.map(([name, { type }]) => csvField(valueReader(type, columnData(batch, name))(row))).join(","),
  };
}

const csvField = (value: ReturnType<ReturnType<typeof valueReader>>): string =>
  typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value ?? "");
