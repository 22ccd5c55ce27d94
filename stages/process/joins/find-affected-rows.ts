import { fromOf, type Join } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import { sortKeys } from "../../../domain/state/changes";
import type { RowKey } from "../../../domain/state/row-key";
import type { ChangedRows, TableState } from "../state/table-state";

/** The changed rows of each source table. */
type ChangedTables = ReadonlyMap<string, ChangedRows>;

/** The rows of a driver whose result may differ; "all" if their keys are too many for memory. */
export type AffectedRows = SomeRows | "all";

interface SomeRows {
  /** Sorted, so that neighbouring rows are read together. */
  readonly keys: readonly RowKey[];
  /** True if all rows of the written leaves are affected, because the keys of the changed rows are too many. */
  readonly written: boolean;
}

/** The queries that the search sends to a source table. */
type AffectedState = Pick<TableState, "findReferring" | "writtenKeys">;

interface Options {
  readonly stateOf: (table: string) => AffectedState;
  /** The number of keys that may be in memory. */
  readonly mostKeys: number;
}

/** Finds the changed rows of the driver, and the rows that lead to a changed row over the joins of the feed. */
export async function findAffectedRows(
  feed: Feed,
  changed: ChangedTables,
  options: Options,
): Promise<AffectedRows> {
  const affected = new Set<RowKey>();
  for (const join of joinsOfFeed(feed)) {
    const of = changed.get(join.to.name);
    if (of?.deleted === "too many") return "all";
    for await (const keys of readChangedKeys(of, options.stateOf(join.to.name))) {
      const referring = await findReferringKeys(feed, { join, keys }, options);
      if (referring === undefined) return "all";
      for (const key of referring) affected.add(key);
      if (affected.size > options.mostKeys) return "all";
    }
  }
  const own = changed.get(feed.source.name)?.keys ?? [];
  const written = own === "too many";
  if (!written) for (const key of own) affected.add(key);
  if (affected.size > options.mostKeys) return "all";
  return { keys: sortKeys([...affected]), written };
}

/** Reads the keys of the changed rows of a table, in parts. If they are too many, includes keys of unchanged neighbours. */
async function* readChangedKeys(
  changed: ChangedRows | undefined,
  state: AffectedState,
): AsyncGenerator<readonly RowKey[]> {
  if (changed === undefined || changed.rows === 0) return;
  if (changed.keys !== "too many") yield changed.keys;
  else {
    if (changed.deleted !== "too many") yield changed.deleted;
    yield* state.writtenKeys();
  }
}

/** Finds the keys of the driver's rows that a join leads to one of these rows; undefined if they are too many. */
async function findReferringKeys(
  { source }: Feed,
  { join, keys: changed }: { readonly join: Join; readonly keys: readonly RowKey[] },
  { stateOf, mostKeys }: Options,
): Promise<readonly RowKey[] | undefined> {
  let keys = changed;
  for (let step: Join | undefined = join; step !== undefined && keys.length > 0; step = step.via) {
    const of = stateOf(fromOf(step, source).name);
    const found = await of.findReferring(step.on, [...new Set(keys)], mostKeys);
    if (found === undefined) return undefined;
    keys = found;
  }
  return keys;
}
