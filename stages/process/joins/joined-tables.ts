import { leafCache } from "../../../adapters/state/leaf-cache";
import { emptyByName, valueNamed } from "../../../domain/log/by-name";
import type { CommitNumber } from "../../../domain/log/keys";
import { feedsIn, isDirect, columnsToIndex, type TableFeed } from "../../../domain/model/joined-feeds";
import { contractsOf } from "../../../domain/model/model";
import type { SourceTable } from "../../../domain/model/source";
import { sourcesOf } from "../../../domain/model/table";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import { findAffectedRows } from "./find-affected-rows";
import { recomputeRows } from "./recompute-rows";
import { decodeCapture, capturesOf, decodeTombstones, type CommittedBatch } from "../batches";
import type { TableParts } from "../files/table-commits";
import type { CommitContext } from "../context";
import { openTableState, type ChangedRows, type TableState } from "../state/table-state";

/** What the joined tables contribute to a commit. */
interface JoinedTables {
  readonly parts: TableParts;
  /** The key of the manifest of each source table. */
  readonly state: Readonly<Record<string, string>>;
}

/** The source tables that joins need, with their rows up to the applied commit. */
type States = ReadonlyMap<string, TableState>;

/**
 * Transforms the tables with joins. If a row on either side of a join was inserted, updated or deleted, it recomputes
 * every row made from it. A renamed department emits all of its staff, although no row of staff changed.
 *
 * Captures from a quarantine are applied commit by commit, because a fact table keeps every version.
 */
export async function transformJoinedTables(context: CommitContext): Promise<JoinedTables> {
  const affected = feedsIn(context.model).filter(
    (fed) => !isDirect(fed) && sourcesOf(fed.feed).some((source) => hasChanged(source, context)),
  );
  const sources = new Map(
    affected.flatMap(({ feed }) => sourcesOf(feed)).map((source) => [source.name, source]),
  );
  const states = await openStates(sources, context);
  const parts: (readonly [string, TableParts[number][1]])[] = [];
  const known = new Set(Object.keys(context.previous?.state ?? {}));
  for (const number of commitsOf([...sources.values()], context)) {
    const isFirst = ({ feed }: TableFeed): boolean => !known.has(feed.source.name);
    // A feed whose driver is new recomputes all rows, and needs no keys.
    const asked = new Set(
      affected.filter((fed) => !isFirst(fed)).flatMap(({ feed }) => sourcesOf(feed).map(({ name }) => name)),
    );
    const changed = new Map<string, ChangedRows>();
    for (const [name, source] of sources) {
      const mostKeys = asked.has(name) ? context.mostKeys : 0;
      changed.set(name, await applyCaptures(source, { number, states, context, mostKeys }));
    }
    const openState = (name: string): TableState => stateOf(states, name);
    for (const fed of affected) {
      const { feed } = fed;
      const rows = isFirst(fed)
        ? "first"
        : await findAffectedRows(feed, changed, { stateOf: openState, mostKeys: context.mostKeys });
      const captured = captureAt(feed.source, { number, context });
      parts.push([
        fed.table.name,
        await recomputeRows(fed, { number, stateOf: openState, captured, rows, context }),
      ]);
    }
    for (const [name, { rows }] of changed) if (rows > 0) known.add(name);
  }
  const state = emptyByName<string>();
  for (const [name, of] of states) {
    const key = await of.save();
    if (key !== undefined) state[name] = key;
  }
  return { parts, state };
}

const hasChanged = (source: SourceTable, context: CommitContext): boolean =>
  capturesOf(source, context).some(({ capture }) => capture.rows + capture.deleted.rows > 0);

/** The commits with captures to apply, in order. */
const commitsOf = (sources: readonly SourceTable[], context: CommitContext): readonly CommitNumber[] =>
  [...new Set(sources.flatMap((source) => capturesOf(source, context).map(({ number }) => number)))].sort(
    (a, b) => a - b,
  );

async function openStates(
  sources: ReadonlyMap<string, SourceTable>,
  context: CommitContext,
): Promise<States> {
  const indexes = columnsToIndex(context.model);
  const contracts = contractsOf(context.model);
  const cache = leafCache();
  const { processed, now, previous } = context;
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

/** The captures of one ingest commit, and the tables to which they apply. */
interface Step {
  readonly number: CommitNumber;
  readonly states: States;
  readonly context: CommitContext;
}

const captureAt = (
  source: SourceTable,
  { number, context }: Pick<Step, "number" | "context">,
): AdmittedCapture | undefined => capturesOf(source, context).find((captured) => captured.number === number);

/** Applies a commit's captures of a source table. */
async function applyCaptures(
  source: SourceTable,
  step: Step & { readonly mostKeys: number },
): Promise<ChangedRows> {
  const { states, context, mostKeys } = step;
  const captured = captureAt(source, step);
  if (captured === undefined) return { rows: 0, keys: [], deleted: [] };
  const changes = {
    upserts: decodeUpserts(source, captured, context),
    deletes: decodeTombstones(source, captured, context),
  };
  return stateOf(states, source.name).apply(changes, { mostKeys });
}

async function* decodeUpserts(
  source: SourceTable,
  captured: AdmittedCapture,
  context: CommitContext,
): AsyncGenerator<CommittedBatch> {
  const keep = !isDirectSource(source, context);
  for await (const batch of decodeCapture(source, captured, context)) {
    if (keep) keepUndecodable(source, batch, context);
    await context.rejected.spill();
    yield batch;
  }
}

/** True if a feed without joins reads this source. That feed then stores the rows that cannot be decoded. */
const isDirectSource = ({ name }: SourceTable, { model }: CommitContext): boolean =>
  feedsIn(model).some((fed) => fed.feed.source.name === name && isDirect(fed));

function keepUndecodable(table: SourceTable, source: CommittedBatch, context: CommitContext): void {
  for (const [row, rejection] of source.rejections) {
    context.rejected.add({
      table: table.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
}
