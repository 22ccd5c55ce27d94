import { RecordBatchReader, type RecordBatch } from "apache-arrow";
import type { LeafCache } from "../../../adapters/state/leaf-cache";
import { leafStore } from "../../../adapters/state/leaf-store";
import type { ObjectStore } from "../../../adapters/lake/object-store";
import { NO_ROW } from "../../../domain/formats/columnar/gather";
import { arrowSchema, recordBatch, type ColumnShape } from "../../../domain/formats/columnar/arrow";
import { TerminalError, TransientError } from "../../../domain/errors";
import { RAISE_VERSION } from "../../../domain/remedies";
import { dataKey } from "../../../domain/log/keys";
import { nameAmong, type Earlier } from "../../../domain/model/source";
import { keysOf, typeOf, type Upserts } from "../../../domain/state/changes";
import type { RowChanges } from "../../../domain/state/leaf";
import {
  formatManifest,
  indexName,
  parseManifest,
  shapeOf,
  type Manifest,
} from "../../../domain/state/manifest";
import { asParts, type RowKey } from "../../../domain/state/row-key";
import type { LeafSize } from "../../../domain/state/split";
import type { BulkOptions, RunLimits } from "./bulk-merge";
import { changeChunks, type CapturedChanges } from "./change-chunks";
import { boundedKeys } from "./bounded-keys";
import { leafOf, type FoundRows } from "./find-rows";
import { fillIndexes, mergeIndexed, type IndexedTable, type TableIndex } from "./merge-indexed";
import { sortedTable } from "./sorted-table";
import { indexSpec } from "./table-index";

/** A source table whose present rows are stored from commit to commit, because rows of the warehouse join it. */
export interface StateSpec {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnShape & Earlier>>;
  /** The columns of its key. */
  readonly key: readonly string[];
  /** Columns, in addition to the key, by which rows are looked up: those that refer to joined tables. */
  readonly indexes: readonly (readonly string[])[];
}

/** The present rows of a source table. Memory is bounded. A change reads and writes only the leaves of its keys. */
export interface TableState {
  /** All present rows in key order, in batches of the size of a leaf. */
  scan(): AsyncIterable<RecordBatch>;
  /** The rows of the leaves that the last `apply` wrote: the rows that it inserted or updated, and their neighbours. */
  scanWritten(): AsyncIterable<RecordBatch>;
  /** The keys of these rows, leaf by leaf. */
  writtenKeys(): AsyncIterable<readonly RowKey[]>;
  /** True if the last `apply` wrote the leaf of this key. */
  isWritten(key: RowKey): boolean;
  /**
   * The present rows of these keys, all of them in memory.
   * @param maxBytes of the rows
   * @returns undefined when the rows of several keys are larger: ask for fewer keys
   */
  find(keys: readonly RowKey[], maxBytes?: number): Promise<FoundRows | undefined>;
  /**
   * The keys of the rows with one of these values in the columns of an index.
   * @param values keys of the table to which the columns refer
   * @param mostKeys of the result
   * @returns undefined when there are more
   */
  findReferring(
    index: readonly string[],
    values: readonly RowKey[],
    mostKeys?: number,
  ): Promise<RowKey[] | undefined>;
  /**
   * Applies captured changes.
   * @param options.mostKeys how many keys of changed rows are collected
   */
  apply(changes: CapturedChanges, options?: { readonly mostKeys: number }): Promise<ChangedRows>;
  /**
   * Writes the changes.
   * @returns the key to name in the commit; undefined for a table that never had a row
   */
  save(): Promise<string | undefined>;
}

/** The inserted, updated and deleted rows, without rows that were captured again unchanged. */
export interface ChangedRows {
  readonly rows: number;
  readonly keys: readonly RowKey[] | "too many";
  /** The keys of the deleted rows; they are among `keys` too. */
  readonly deleted: readonly RowKey[] | "too many";
}

/** The operations of a bucket that the state needs. */
export type StateStore = Pick<ObjectStore, "get" | "range" | "stream" | "putIfAbsent">;

/** Number of rows that are sorted and merged together; it bounds memory. */
const CHUNK_ROWS = 262_144;
const CHUNK_BYTES = 32 * 1024 * 1024;

export interface StateOptions {
  readonly store: StateStore;
  readonly now: () => Date;
  readonly cache: LeafCache;
  /** Smaller in tests. */
  readonly size?: LeafSize;
  readonly chunkRows?: number;
  readonly segmentBytes?: number;
  readonly groupBytes?: number;
  readonly runLimits?: RunLimits | undefined;
}

/**
 * Opens the state of a table after the commit that names `key`.
 * @throws TerminalError when the stored rows have other columns than the model reads now
 */
export async function openTableState(
  spec: StateSpec,
  key: string | undefined,
  options: StateOptions,
): Promise<TableState> {
  const { store, chunkRows = CHUNK_ROWS } = options;
  const isLegacy = key?.endsWith(".arrow") === true;
  const manifest = key === undefined || isLegacy ? undefined : await readManifest(spec, key, store);
  const leaves = leafStore({ table: spec.name, ...options });
  const { size, groupBytes } = options;
  const over = {
    store: leaves,
    ...(size !== undefined && { size }),
    ...(groupBytes !== undefined && { groupBytes }),
  };
  const rows = sortedTable(spec, manifest?.rows ?? [], over);
  const indexes = new Map<string, TableIndex>();
  for (const columns of spec.indexes) {
    // The primary key already serves as an index by its first columns.
    if (isPrefixOfKey(spec, columns)) continue;
    const name = indexName(columns);
    const table = sortedTable(indexSpec(spec, columns), manifest?.indexes[name] ?? [], over);
    indexes.set(name, { table, width: columns.length });
  }
  let savedKey = manifest === undefined ? undefined : key;

  const bulk: BulkOptions = {
    store: leaves,
    size,
    chunk: { rows: chunkRows, bytes: CHUNK_BYTES },
    limits: options.runLimits,
  };
  const table: IndexedTable = { rows, indexes: [...indexes.values()] };

  let leavesBefore = new Set(rows.leaves());
  const scanWritten = (): AsyncIterable<RecordBatch> =>
    rows.scan(rows.leaves().filter((leaf) => !leavesBefore.has(leaf)));

  const apply: TableState["apply"] = async (changes, { mostKeys } = { mostKeys: Infinity }) => {
    leavesBefore = new Set(rows.leaves());
    const keys = boundedKeys(mostKeys);
    const deleted = boundedKeys(mostKeys);
    let changed = 0;
    const onChange = (of: RowChanges): void => {
      changed += of.keys.length;
      keys.add(of.keys);
      deleted.add(of.keys.filter((_, change) => of.after[change] === NO_ROW));
    };
    await mergeIndexed(table, changeChunks(spec, changes, bulk.chunk), { ...bulk, onChange });
    if (changed > 0) savedKey = undefined;
    return { rows: changed, keys: keys.list(), deleted: deleted.list() };
  };

  if (key !== undefined && isLegacy) await apply({ upserts: legacyRows(spec, key, store), deletes: [] });
  const missing = [...indexes].filter(([name]) => manifest?.indexes[name] === undefined);
  if (manifest !== undefined && missing.length > 0) {
    // A join was added after the last commit.
    await fillIndexes({ rows, indexes: missing.map(([, index]) => index) }, bulk);
    savedKey = undefined;
  }

  return {
    scan: () => rows.scan(),
    scanWritten,
    writtenKeys: async function* () {
      for await (const batch of scanWritten()) {
        const keyAt = keysOf(spec, batch);
        yield Array.from({ length: batch.numRows }, (_, row) => keyAt(row));
      }
    },
    isWritten: (key) => {
      const leaf = rows.leaves()[leafOf(rows.leaves(), key)];
      return leaf !== undefined && !leavesBefore.has(leaf);
    },
    find: (keys, maxBytes) => rows.find(keys, maxBytes),
    findReferring: (columns, values, mostKeys) => {
      const types = columns.map((name) => typeOf(spec.columns, name));
      const prefixes = values.map((value) => asParts(types, value));
      const table = isPrefixOfKey(spec, columns) ? rows : indexes.get(indexName(columns))?.table;
      if (table === undefined) throw new TypeError(`${spec.name} has no index by ${columns.join(", ")}`);
      return table.findByPrefix(prefixes, spec.key, mostKeys);
    },
    apply,
    save: async () => {
      if (savedKey !== undefined || (rows.leaves().length === 0 && manifest === undefined)) return savedKey;
      await leaves.flush();
      const saved: Manifest = {
        version: 1,
        table: spec.name,
        columns: shapeOf(spec.columns),
        rows: rows.leaves(),
        indexes: Object.fromEntries([...indexes].map(([name, index]) => [name, index.table.leaves()])),
      };
      savedKey = await writeManifest(saved, options);
      return savedKey;
    },
  };
}

const isPrefixOfKey = ({ key }: StateSpec, columns: readonly string[]): boolean =>
  key.length > 1 && columns.every((column, place) => key[place] === column);

async function writeManifest(
  manifest: Manifest,
  { store, now }: Pick<StateOptions, "store" | "now">,
): Promise<string> {
  const key = dataKey({ at: now(), table: manifest.table, extension: "json", folder: "state" });
  if (await store.putIfAbsent(key, formatManifest(manifest))) return key;
  throw new TransientError(`${key} exists already: another run of process is writing`, {
    subject: { table: manifest.table },
  });
}

async function readManifest(spec: StateSpec, key: string, store: StateStore): Promise<Manifest> {
  const body = await store.get(key);
  if (body === undefined)
    throw new TerminalError(`${key} is missing: restore the object from its versions`, {
      subject: { table: spec.name },
    });
  const manifest = parseManifest(key, body);
  checkColumns(spec, key, manifest.columns);
  return manifest;
}

/** A column may have been renamed since it was stored. Its type and position must be the same. */
function checkColumns(
  spec: StateSpec,
  key: string,
  kept: readonly (readonly [name: string, type: string])[],
): void {
  const wanted = shapeOf(spec.columns);
  const isSame =
    wanted.length === kept.length &&
    Object.entries(spec.columns).every(([name, column], place) => {
      const [keptName, keptType] = kept[place] ?? [];
      return (
        keptType === wanted[place]?.[1] && nameAmong(name, column, (one) => one === keptName) !== undefined
      );
    });
  if (isSame) return;
  const list = (columns: readonly (readonly [string, string])[]): string =>
    columns.map(([name, type]) => `${name} ${type}`).join(", ");
  throw new TerminalError(
    `the joined rows of ${spec.name} are kept with the columns ${list(kept)}, but the model reads ${list(wanted)} ` +
      `(${key}): ${RAISE_VERSION}`,
    { subject: { table: spec.name } },
  );
}

/** The rows of a state that an earlier version of Marble wrote, as one stream of batches. */
async function* legacyRows(spec: StateSpec, key: string, store: StateStore): AsyncGenerator<Upserts> {
  const reader = await RecordBatchReader.from(await store.stream(key));
  for await (const batch of reader) {
    checkColumns(
      spec,
      key,
      batch.schema.fields.map(({ name, type }) => [name, String(type)] as const),
    );
    const children = batch.data.children;
    const named = recordBatch(arrowSchema(spec.columns), { length: batch.numRows, children });
    yield { batch: named, rejections: new Map() };
  }
}
