import { fromOf, type Join } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import { at, stableOrder } from "../../../domain/state/changes";
import type { RowKey } from "../../../domain/state/row-key";
import type { ChangedRows, TableState } from "../state/table-state";

/** What an apply changed, by source table. */
export type ChangedTables = ReadonlyMap<string, ChangedRows>;

/**
 * The rows of a driver whose result may differ. Keys are sorted, so that neighbouring rows are read together. Too many
 * keys for memory are replaced by more rows: those of the written leaves, or all rows.
 */
export type AffectedRows = { readonly keys: readonly RowKey[] } | "written leaves" | "all";

interface Options {
  readonly stateOf: (table: string) => Pick<TableState, "findReferring">;
  /** The number of keys that may be in memory. */
  readonly mostKeys: number;
}

/** Finds the rows that changed themselves, and the rows that lead to a changed row over the joins of the feed. */
export async function affectedRows(
  feed: Feed,
  changed: ChangedTables,
  options: Options,
): Promise<AffectedRows> {
  const affected = new Set<RowKey>();
  for (const join of joinsOfFeed(feed)) {
    const keys = await referringKeys(feed, { join, changed: changed.get(join.to.name) }, options);
    if (keys === undefined) return "all";
    for (const key of keys) affected.add(key);
  }
  const own = changed.get(feed.source.name)?.keys ?? [];
  if (own === "too many") return affected.size === 0 ? "written leaves" : "all";
  for (const key of own) affected.add(key);
  if (affected.size > options.mostKeys) return "all";
  const keys = [...affected];
  return { keys: stableOrder(keys).map((place) => at(keys, place)) };
}

/** The keys of the driver's rows that lead over a join to a changed row; undefined if they are too many. */
async function referringKeys(
  { source }: Feed,
  { join, changed }: { readonly join: Join; readonly changed: ChangedRows | undefined },
  { stateOf, mostKeys }: Options,
): Promise<readonly RowKey[] | undefined> {
  let keys = changed?.keys ?? [];
  if (keys === "too many") return undefined;
  for (let step: Join | undefined = join; step !== undefined && keys.length > 0; step = step.via) {
    const found = await stateOf(fromOf(step, source).name).findReferring(
      step.on,
      [...new Set(keys)],
      mostKeys,
    );
    if (found === undefined) return undefined;
    keys = found;
  }
  return keys;
}
