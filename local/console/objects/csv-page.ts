import { fieldText } from "../../../domain/formats/csv/fields";
import { scanRecords, type Records } from "../../../domain/formats/csv/scanner";
import { bytesFrom, cut, MOST_COUNTED, PAGE_ROWS, type RangedFile, type RowsPage } from "./ranged-file";

const BLOCK_BYTES = 64 * 1024;

/**
 * Reads a page of a CSV file as the ingest stage writes it.
 * @param from the first byte of the first record, from the previous page; 0 for the first page
 */
export async function readCsvPage(file: RangedFile, from: number): Promise<RowsPage> {
  const header = await readHeader(file);
  const start = Math.max(from, header.bytes.length);
  const rows: (string | null)[][] = [];
  // The beginning of the block in a stream of the header and the records from `start` on.
  let block = 0;
  for await (const records of scanRecords(withHeader(header.bytes, bytesFrom(file, start)), BLOCK_BYTES)) {
    for (let record = block === 0 ? 1 : 0; record < records.count; record += 1) {
      if (rows.length === PAGE_ROWS) {
        const next = start + block + (records.recordStarts[record] ?? 0) - header.bytes.length;
        return { kind: "table", columns: header.columns, rows, next: String(next) };
      }
      rows.push(fieldsOf(records, record));
    }
    block += records.recordStarts[records.count] ?? 0;
  }
  return { kind: "table", columns: header.columns, rows, next: null };
}

/** The number of records of a CSV file; null if the file is too large. */
export async function countRecords(file: RangedFile): Promise<number | null> {
  if (file.size > MOST_COUNTED) return null;
  let count = -1;
  for await (const records of scanRecords(bytesFrom(file, 0))) count += records.count;
  return count;
}

async function readHeader(file: RangedFile): Promise<{ bytes: Uint8Array; columns: string[] }> {
  for await (const records of scanRecords(bytesFrom(file, 0), BLOCK_BYTES)) {
    const columns = fieldsOf(records, 0).map((name) => name ?? "");
    // The scanner reuses its memory.
    return { bytes: records.bytes.slice(0, records.recordStarts[1]), columns };
  }
  throw new Error("the file has no header");
}

async function* withHeader(
  header: Uint8Array,
  records: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield header;
  yield* records;
}

function fieldsOf(records: Records, record: number): (string | null)[] {
  return Array.from({ length: records.width }, (_, column) => {
    const text = fieldText(records, record * records.width + column);
    return text === null ? null : cut(text);
  });
}
