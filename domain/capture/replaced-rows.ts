/** How many rows a table had at its last capture, has now, and of those are captured now. */
export interface RowCounts {
  readonly previous: number;
  readonly total: number;
  readonly captured: number;
}

/**
 * How many rows were updated or deleted since the last capture, without looking at a key.
 *
 * In a continuous history every row that is not captured now was there at the last capture, as it is.
 * So of the `previous` rows, `total - captured` are untouched and all others were replaced:
 *
 *     replaced = previous - (total - captured)
 *     replaced = updated + deleted
 *
 * where `updated` are the captured keys that were known, and `deleted` the known keys that are not
 * present. A row whose key was changed counts as deleted (the old key) and inserted (the new one).
 * In general, with `strangers` for the rows that are not captured although their keys are unknown,
 * `replaced = updated + deleted - strangers`: see `isContinuous`.
 */
export const replacedRows = ({ previous, total, captured }: RowCounts): number =>
  previous - (total - captured);

/**
 * Is what was counted possible in a continuous history? If not, rows are there that were never captured
 * and do not look new: the source is not the one recorded, whatever it says of itself.
 * @param keys what a comparison of the keys found; undefined when there was none
 */
export function isContinuous(counts: RowCounts, keys?: { updated: number; deleted: number }): boolean {
  const replaced = replacedRows(counts);
  return replaced >= 0 && (keys === undefined || replaced === keys.updated + keys.deleted);
}
