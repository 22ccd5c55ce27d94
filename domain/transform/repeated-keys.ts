import { columnData } from "../formats/columnar/arrow";
import { valueReader } from "../formats/columnar/read";
import type { TableCapture } from "../log/commit";
import type { SourceBatch } from "../formats/csv/decoder";
import { keySet } from "../capture/key-set";
import { nameAmong, type SourceTable } from "../model/source";
import { quoted, reject } from "./rejection";

/** Does the source see to it, by its primary key, that no key of the contract comes twice in a capture? */
export function hasUniqueKeys(contract: SourceTable, { key }: Pick<TableCapture, "key">): boolean {
  const [only, ...more] = key;
  const name = nameAmong(contract.key, contract.columns[contract.key] ?? {}, (one) => one === only);
  return name !== undefined && more.length === 0;
}

/**
 * Takes one row of each key of a capture, and rejects the others: which of them is meant nobody can tell. A
 * dimension holds a key once, and what stopped it would stop the whole warehouse.
 * @returns what to give every batch to, in order
 */
export function rejectRepeated(
  contract: SourceTable,
): (source: Pick<SourceBatch, "batch" | "rejections">) => void {
  const { name, key: column } = contract;
  const type = contract.columns[column]?.type;
  if (type === undefined) throw new TypeError(`${name} has no column ${column}`);
  const seen = keySet();
  return ({ batch, rejections }) => {
    const keyAt = valueReader(type, columnData(batch, column));
    for (let row = 0; row < batch.numRows; row++) {
      if (rejections.has(row)) continue;
      const key = String(keyAt(row));
      if (seen.has(key)) {
        reject(rejections, row, {
          column,
          reason:
            `${column} ${quoted(key)} is in ${name} more than once, and another row of it was taken: ` +
            `give ${name} the primary key ${column}`,
        });
      } else seen.add(key);
    }
  };
}
