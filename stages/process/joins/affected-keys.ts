import { fromOf } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import { at, stableOrder } from "../../../domain/state/changes";
import type { RowKey } from "../../../domain/state/row-key";
import type { TableState } from "../state/table-state";

/** The changed keys, by source table. */
export type ChangedKeys = ReadonlyMap<string, readonly RowKey[]>;

/**
 * The keys of the driver's rows whose result may differ: rows that changed themselves, and rows that lead to a changed
 * row over the joins of the feed. They are sorted, so that neighbouring rows are read together.
 */
export async function affectedKeys(
  feed: Feed,
  changed: ChangedKeys,
  stateOf: (table: string) => Pick<TableState, "findReferring">,
): Promise<readonly RowKey[]> {
  const affected = new Set(changed.get(feed.source.name));
  for (const join of joinsOfFeed(feed)) {
    let keys = changed.get(join.to.name) ?? [];
    for (let step: typeof join | undefined = join; step !== undefined && keys.length > 0; step = step.via)
      keys = await stateOf(fromOf(step, feed.source).name).findReferring(step.on, [...new Set(keys)]);
    for (const key of keys) affected.add(key);
  }
  const keys = [...affected];
  return stableOrder(keys).map((place) => at(keys, place));
}
