import type { RecordBatch } from "apache-arrow";
import { leafCache } from "../../../adapters/state/leaf-cache";
import { csvRecords } from "../../../domain/formats/csv/record";
import { emptyByName, valueNamed } from "../../../domain/log/by-name";
import type { CommitNumber } from "../../../domain/log/keys";
import { feedsIn, isDirect, lookedForBy, type TableFeed } from "../../../domain/model/joined-feeds";
import { contractsOf } from "../../../domain/model/model";
import type { SourceTable } from "../../../domain/model/source";
import { sourcesOf, tombstoneTable, type Fact } from "../../../domain/model/table";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import type { RowKey } from "../../../domain/state/row-key";
import { tombstoneBatch } from "../../../domain/transform/tombstones";
import { affectedKeys, type ChangedKeys } from "./affected-keys";
import { captureBatches, capturesOf, tombstoneBatches, type CommittedBatch } from "../batches";
import { joinRows, rowsOfKeys } from "./driver-rows";
import type { TableParts } from "../table-commits";
import { transformRows } from "../transform-rows";
import type { CommitContext } from "../context";
import { openTableState, type ChangedRows, type TableState } from "../state/table-state";
import { writeTombstoneFiles } from "../write-tombstones";
import { writeTable } from "../write-table";

/** What the joined tables contribute to a commit. */
interface JoinedTables {
  readonly parts: TableParts;
  /** Where the rows of the source tables are stored now. */
  readonly state: Readonly<Record<string, string>>;
}

/** The source tables that joins need, with their rows up to the applied commit. */
type States = ReadonlyMap<string, TableState>;

/**
 * Maintains the tables with joins. When a row on either side of a join is inserted, updated or deleted, every result
 * row made from it is recomputed. A renamed department emits all of its staff, although no staff row changed.
 *
 * Captures from a quarantine are applied commit by commit, because a fact table keeps every version.
 */
export async function joinedTables(run: CommitContext): Promise<JoinedTables> {
  const affected = feedsIn(run.model).filter(
    (fed) => !isDirect(fed) && sourcesOf(fed.feed).some((source) => hasChanged(source, run)),
  );
  const sources = new Map(
    affected.flatMap(({ feed }) => sourcesOf(feed)).map((source) => [source.name, source]),
  );
  const states = await openStates(sources, run);
  const parts: (readonly [string, TableParts[number][1]])[] = [];
  const known = new Set(Object.keys(run.previous?.state ?? {}));
  for (const number of commitsOf([...sources.values()], run)) {
    const isFirst = ({ feed }: TableFeed): boolean => !known.has(feed.source.name);
    // A feed whose driver is new takes all of its rows, and needs no keys.
    const asked = new Set(
      affected
        .filter((fed) => !isFirst(fed))
        .flatMap(({ feed }) => sourcesOf(feed))
        .map(({ name }) => name),
    );
    const changed = new Map<string, readonly RowKey[]>();
    const filled: string[] = [];
    for (const [name, source] of sources) {
      const step = { number, states, run };
      const { rows, keys } = await applyCaptures(source, { ...step, keys: asked.has(name) });
      changed.set(name, keys);
      if (rows > 0) filled.push(name);
    }
    for (const fed of affected) {
      const step = { number, states, changed, isFirst: isFirst(fed), run };
      parts.push([fed.table.name, await recompute(fed, step)]);
    }
    for (const name of filled) known.add(name);
  }
  const state = emptyByName<string>();
  for (const [name, of] of states) {
    const key = await of.save();
    if (key !== undefined) state[name] = key;
  }
  return { parts, state };
}

const hasChanged = (source: SourceTable, run: CommitContext): boolean =>
  capturesOf(source, run).some(({ capture }) => capture.rows + capture.deleted.rows > 0);

/** The commits with captures to apply, in order. */
const commitsOf = (sources: readonly SourceTable[], run: CommitContext): readonly CommitNumber[] =>
  [...new Set(sources.flatMap((source) => capturesOf(source, run).map(({ number }) => number)))].sort(
    (a, b) => a - b,
  );

async function openStates(sources: ReadonlyMap<string, SourceTable>, run: CommitContext): Promise<States> {
  const indexes = lookedForBy(run.model);
  const contracts = contractsOf(run.model);
  const cache = leafCache();
  const { processed, now, previous } = run;
  const states = new Map<string, TableState>();
  for (const name of sources.keys()) {
    const contract = contracts.get(name);
    if (contract === undefined) throw new TypeError(`the model has no contract of ${name}`);
    const spec = { ...contract, indexes: indexes.get(name) ?? [] };
    states.set(
      name,
      await openTableState(spec, valueNamed(previous?.state, name), { store: processed.store, now, cache }),
    );
  }
  return states;
}

const stateOf = (states: States, name: string): TableState => {
  const state = states.get(name);
  if (state === undefined) throw new TypeError(`the rows of ${name} were not opened`);
  return state;
};

/** The context of one step of a commit. */
interface Step {
  readonly number: CommitNumber;
  readonly states: States;
  readonly run: CommitContext;
}

const captureAt = (source: SourceTable, { number, run }: Step): AdmittedCapture | undefined =>
  capturesOf(source, run).find((captured) => captured.number === number);

/**
 * Applies a commit's captures of a source table.
 * @param step.keys whether to collect the keys of the changed rows
 */
async function applyCaptures(
  source: SourceTable,
  step: Step & { readonly keys: boolean },
): Promise<ChangedRows> {
  const { states, run, keys } = step;
  const captured = captureAt(source, step);
  if (captured === undefined) return { rows: 0, keys: [] };
  return stateOf(states, source.name).apply(
    {
      upserts: decodable(source, captured, run),
      deletes: tombstoneBatches(source, captured, run),
    },
    { keys },
  );
}

async function* decodable(
  source: SourceTable,
  captured: AdmittedCapture,
  run: CommitContext,
): AsyncGenerator<CommittedBatch> {
  const keep = !isDirectSource(source, run);
  for await (const batch of captureBatches(source, captured, run)) {
    if (keep) keepUndecodable(source, batch, run);
    await run.rejected.spill();
    yield batch;
  }
}

/** True if a feed without joins reads this source. That feed then stores the rows that cannot be decoded. */
const isDirectSource = ({ name }: SourceTable, { model }: CommitContext): boolean =>
  feedsIn(model).some((fed) => fed.feed.source.name === name && isDirect(fed));

function keepUndecodable(table: SourceTable, source: CommittedBatch, run: CommitContext): void {
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

/** Recomputes the rows of a feed that the step affects. */
async function recompute(
  fed: TableFeed,
  step: Step & { readonly changed: ChangedKeys; readonly isFirst: boolean },
): Promise<TableParts[number][1]> {
  const { table, feed } = fed;
  const { run, states, isFirst } = step;
  const target = { store: run.processed.store, now: run.now };
  const captured = captureAt(feed.source, step);
  const deleted =
    table.kind === "fact" && captured !== undefined
      ? await writeTombstoneFiles({ ...fed, table }, captured, run)
      : [];
  const keys = isFirst ? [] : await affectedKeys(feed, step.changed, (name) => stateOf(states, name));
  const absent: RecordBatch[] = [];
  const file = await writeTable(table, rowsOf(fed, keys, { ...step, absent }), target);
  const left =
    table.kind === "fact" && !isFirst ? await writeTable(tombstoneTable(table), absent, target) : undefined;
  return {
    // A recomputed row may be unchanged, so the loader compares.
    recapture: table.kind === "fact" && !isFirst,
    files: file === undefined ? [] : [file],
    tombstones: left === undefined ? deleted : [...deleted, left],
  };
}

/** Computes the rows for some keys of the driver, if they exist; the first time, for all keys. */
async function* rowsOf(
  fed: TableFeed,
  keys: readonly RowKey[],
  step: Step & { readonly absent: RecordBatch[]; readonly isFirst: boolean },
): AsyncGenerator<RecordBatch> {
  const { run, states, number, absent, isFirst } = step;
  const { table, feed } = fed;
  const of = (name: string): TableState => stateOf(states, name);
  const driver = of(feed.source.name);
  const rows = isFirst ? driver.scan() : rowsOfKeys(driver, keys);
  for await (const { batch, lookups } of joinRows(feed, rows, { stateOf: of })) {
    const source: CommittedBatch = {
      batch,
      rejections: new Map(),
      commit: number,
      ...csvRecords(feed.source.columns, batch),
    };
    const made = transformRows(fed, { source, lookups, run });
    run.recomputed.record(fed, source, made.rejections);
    if (table.kind === "fact" && !isFirst && made.absent.length > 0)
      absent.push(tombstoneBatch(table satisfies Fact, feed, { batch, rows: made.absent }));
    yield made.batch;
    await run.rejected.spill();
  }
}
