import { columnData } from "../formats/columnar/arrow";
import { printerOf } from "../formats/columnar/print";
import type { SourceBatch } from "../formats/csv/decoder";
import { keySet } from "../capture/key-set";
import type { SourceTable } from "../model/source";
import { quote, reject } from "./rejection";

/** No text of PostgreSQL contains it. */
const SEPARATOR = "\u0000";

/**
 * Takes one row of each key of a capture and rejects the others, because no rule tells which one is meant. A dimension
 * has each key once, and an error at the load would stop the whole warehouse.
 * @returns a function that must get every batch, in order
 */
export function rejectRepeated(
  contract: SourceTable,
): (source: Pick<SourceBatch, "batch" | "rejections">) => void {
  const { name, key, columns } = contract;
  const named = key.join(", ");
  const seen = keySet();
  return ({ batch, rejections }) => {
    const parts = key.map((column) => {
      const type = columns[column]?.type;
      if (type === undefined) throw new TypeError(`${name} has no column ${column}`);
      return printerOf(type, columnData(batch, column));
    });
    for (let row = 0; row < batch.numRows; row++) {
      if (rejections.has(row)) continue;
      const values = parts.map((print) => print(row));
      const text = values.join(SEPARATOR);
      if (seen.has(text)) {
        reject(rejections, row, {
          column: named,
          reason:
            `${named} ${quote(values.join(", "))} is in ${name} more than once, and another row of it was taken: ` +
            `give ${name} the primary key ${named}`,
        });
      } else seen.add(text);
    }
  };
}
