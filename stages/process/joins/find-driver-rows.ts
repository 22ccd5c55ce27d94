import type { RecordBatch } from "apache-arrow";
import { bytesBefore, bytesOf } from "../../../domain/formats/columnar/size";
import { joinName } from "../../../domain/model/join";
import { joinsOfFeed, type Feed } from "../../../domain/model/table";
import type { RowKey } from "../../../domain/state/row-key";
import { joinedRows, keysToFind } from "../../../domain/transform/join-rows";
import type { JoinedRows, Lookups } from "../../../domain/transform/transform";
import type { TableState } from "../state/table-state";

/** The approximate size of the rows that are made together; a single row may be larger. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/** Some rows of a driver with all rows joined to them, and the approximate size of the result. */
export interface DriverRows {
  readonly batch: RecordBatch;
  readonly lookups: Lookups;
  readonly bytes: number;
}

/**
 * Follows the joins of a feed from rows of its driver, in the order of their dependencies. The size counts a joined row
 * once for each row that refers to it, because it is written that often.
 * @returns undefined when the rows of several keys are too large to be made together
 */
export async function findDriverRows(
  feed: Feed,
  keys: readonly RowKey[],
  stateOf: (table: string) => Pick<TableState, "find">,
): Promise<DriverRows | undefined> {
  const driver = await stateOf(feed.source.name).find(keys, BATCH_BYTES);
  if (driver === undefined) return undefined;
  const { batch } = driver;
  const mostBytes = keys.length > 1 ? BATCH_BYTES : Infinity;
  const lookups = new Map<string, JoinedRows>();
  let bytes = Math.max(1, bytesOf(batch));
  for (const join of joinsOfFeed(feed)) {
    const from = join.via === undefined ? { batch } : lookups.get(joinName(join.via));
    if (from === undefined)
      throw new TypeError(`${joinName(join)} was followed before the join that leads to it`);
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

/** The size of the joined rows, each counted once for each reference. */
function referredBytes({ batch, rows }: JoinedRows): number {
  const sizes = Array.from(
    { length: batch.numRows },
    (_, row) => bytesBefore(batch, row + 1) - bytesBefore(batch, row),
  );
  return rows.reduce((sum, row) => sum + (sizes[row] ?? 0), 0);
}
