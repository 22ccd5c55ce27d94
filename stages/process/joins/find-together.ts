import type { RecordBatch } from "apache-arrow";
import { bytesBefore, bytesOf } from "../../../domain/formats/columnar/size";
import { joinName } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import type { RowKey } from "../../../domain/state/row-key";
import { joinedRows, keysToFind } from "../../../domain/transform/join-rows";
import type { JoinedRows, Lookups } from "../../../domain/transform/transform";
import type { TableState } from "../state/table-state";

/** About how many bytes of rows are made together, unless it is one row. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/** Some rows of a driver with all that they are joined with, and about how many bytes are made of them. */
export interface Together {
  readonly batch: RecordBatch;
  readonly lookups: Lookups;
  readonly bytes: number;
}

/**
 * Follows the joins of a feed from rows of its driver, those that lead to others first. A row that many refer to
 * counts for each of them: it is written that often.
 * @returns undefined when the rows of several keys are too large to be made together
 */
export async function findTogether(
  feed: Feed,
  keys: readonly RowKey[],
  stateOf: (table: string) => Pick<TableState, "find">,
): Promise<Together | undefined> {
  const driver = await stateOf(feed.source.name).find(keys, BATCH_BYTES);
  if (driver === undefined) return undefined;
  const { batch } = driver;
  const mostBytes = keys.length > 1 ? BATCH_BYTES : Infinity;
  const lookups = new Map<string, JoinedRows>();
  let bytes = Math.max(1, bytesOf(batch));
  for (const join of joinsOfFeed(feed)) {
    const from = join.via === undefined ? { batch } : lookups.get(joinName(join.via));
    if (from === undefined) throw new TypeError(`${joinName(join)} was followed before its way`);
    const wanted = keysToFind(join, feed.source, from);
    const known = wanted.filter((key) => key !== undefined);
    const found = await stateOf(join.to.name).find(known, mostBytes);
    if (found === undefined) return undefined;
    const rows = joinedRows(wanted, found);
    lookups.set(joinName(join), rows);
    bytes += referredBytes(rows);
    if (bytes > 2 * mostBytes) return undefined;
  }
  return { batch, lookups, bytes };
}

/** What the joined rows take, each as often as it is referred to. */
function referredBytes({ batch, rows }: JoinedRows): number {
  const sizes = Array.from(
    { length: batch.numRows },
    (_, row) => bytesBefore(batch, row + 1) - bytesBefore(batch, row),
  );
  return rows.reduce((sum, row) => sum + (sizes[row] ?? 0), 0);
}
