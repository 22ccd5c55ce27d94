/** The rows of a table at its last capture, its rows now, and how many of these are captured now. */
interface RowCounts {
  readonly previous: number;
  readonly total: number;
  readonly captured: number;
}

/**
 * The number of rows that were updated or deleted since the last capture, computed without reading a key.
 *
 * In a continuous history, every row that is not captured now was there at the last capture, unchanged. So of the
 * `previous` rows, `total - captured` are untouched and all others were replaced:
 *
 * replaced = previous - (total - captured)
 * replaced = updated + deleted
 *
 * where `updated` counts the captured keys that were known, and `deleted` the known keys that are no longer present. A
 * row whose key changed counts as deleted (the old key) and inserted (the new key). In general, with `unknown` for the
 * rows that are not captured although their keys are unknown, `replaced = updated + deleted - unknown`: see
 * `isContinuous`.
 */
export const replacedRows = ({ previous, total, captured }: RowCounts): number =>
  previous - (total - captured);

/**
 * True if the counts are possible in a continuous history. Otherwise the table has rows that were never captured and do
 * not look new: the source is not the recorded one, whatever its identity.
 * @param keys the result of a comparison of the keys; undefined when there was none
 */
export function isContinuous(counts: RowCounts, keys?: { updated: number; deleted: number }): boolean {
  const replaced = replacedRows(counts);
  return replaced >= 0 && (keys === undefined || replaced === keys.updated + keys.deleted);
}
