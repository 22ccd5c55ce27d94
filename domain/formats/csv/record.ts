import type { RecordBatch } from "apache-arrow";
import { columnData, isValid, type ColumnShape } from "../columnar/arrow";
import { printerOf } from "../columnar/print";

/** Rows of a batch in the form of a CSV file: the header, and each row as a record. */
interface CsvRecords {
  readonly header: string;
  readonly raw: (row: number) => string;
}

/** Prints rows as PostgreSQL copies them: an unquoted empty field is NULL, a quoted one is the empty text. */
export function csvRecords(columns: Readonly<Record<string, ColumnShape>>, batch: RecordBatch): CsvRecords {
  return {
    header: Object.keys(columns).map(quotedWhereNeeded).join(","),
    raw: (row) =>
      Object.entries(columns)
        .map(([name, { type }]) => {
          const data = columnData(batch, name);
          return isValid(data, row) ? quotedWhereNeeded(printerOf(type, data)(row)) : "";
        })
        .join(","),
  };
}

const quotedWhereNeeded = (text: string): string =>
  text === "" || text === "\\." || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
