import type { RecordBatch } from "apache-arrow";
import { bytesOf } from "../../../domain/formats/columnar/size";
import { joinName } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import { assignFoundRows, readJoinKeys } from "../../../domain/transform/join-rows";
import type { JoinedRows, Lookups } from "../../../domain/transform/transform";
import type { TableState } from "../state/table-state";

/** The stored rows of a source table. */
export type StateOf = (table: string) => Pick<TableState, "find">;

/** The rows joined to some rows, and their bytes, each row once. */
interface FollowedJoins {
  readonly lookups: Lookups;
  readonly bytes: number;
}

/**
 * Follows the joins of a feed from rows of its driver, in the order of their dependencies.
 * @param batches rows of the driver; the lookups have a row for each of them, one batch after the other
 * @returns undefined when the joined rows are larger than `maxBytes`
 */
export async function followJoins(
  feed: Feed,
  batches: readonly RecordBatch[],
  { stateOf, maxBytes }: { readonly stateOf: StateOf; readonly maxBytes: number },
): Promise<FollowedJoins | undefined> {
  const lookups = new Map<string, JoinedRows>();
  let bytes = 0;
  for (const join of joinsOfFeed(feed)) {
    const from = join.via === undefined ? undefined : lookups.get(joinName(join.via));
    if (join.via !== undefined && from === undefined)
      throw new TypeError(`${joinName(join)} was followed before the join that leads to it`);
    const starts = from === undefined ? batches.map((batch) => ({ batch })) : [from];
    const wanted = readJoinKeys(join, feed.source, starts);
    const found = await stateOf(join.to.name).find(wanted.keys, maxBytes);
    if (found === undefined) return undefined;
    bytes += bytesOf(found.batch);
    if (bytes > maxBytes) return undefined;
    lookups.set(joinName(join), assignFoundRows(wanted, found));
  }
  return { lookups, bytes };
}
