import { TerminalError } from "../../errors";
import { decodeUtf8 } from "../utf8";

/**
 * Finds the records and fields of CSV as PostgreSQL writes it (COPY … FORMAT csv: comma, line feed, double quotes only
 * where needed and doubled within; PostgreSQL manual, COPY, "CSV Format"). Nothing is decoded here. A field is a range
 * of bytes and its quoting.
 */
export interface Records {
  readonly bytes: Uint8Array;
  /** The number of records, and of fields in each. */
  readonly count: number;
  readonly width: number;
  /** For field `record * width + column`: its first byte, the byte after its last, its quoting. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly quoting: Uint8Array;
  /** Where each record starts; `count + 1` entries. */
  readonly recordStarts: Int32Array;
}

/** How a field was quoted. An unquoted empty field is NULL, a quoted empty one is ''. */
export const UNQUOTED = 0;
const QUOTED = 1;
/** Quoted, and with doubled quotes within. */
export const ESCAPED = 2;

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** The raw text of a record, without its line end. */
export function rawRecord(records: Records, record: number): string {
  const start = records.recordStarts[record] ?? 0;
  const end = (records.recordStarts[record + 1] ?? start) - 1;
  return decodeUtf8(records.bytes.subarray(start, end));
}

/** The growing tables of one scan; reused from block to block. */
interface FieldTable {
  starts: Int32Array;
  ends: Int32Array;
  quoting: Uint8Array;
  recordStarts: Int32Array;
}

const grown = <T extends Int32Array | Uint8Array>(old: T, make: (size: number) => T): T => {
  const larger = make(old.length * 2);
  larger.set(old);
  return larger;
};

/**
 * Scans the complete records of `bytes[0, end)`.
 * @param width the number of fields a record must have; undefined for the first record of a file
 * @param line number of the first record in the file, for messages
 * @returns the records, and how many bytes they take; what follows is an incomplete record
 * @throws TerminalError for a record with another number of fields, or text after a closing quote
 */
function scanBlock(
  table: FieldTable,
  bytes: Uint8Array,
  options: { end: number; width: number | undefined; line: number },
): { records: Records; consumed: number } {
  const { end, line } = options;
  let { width } = options;
  let count = 0;
  let fields = 0;
  let position = 0;
  let consumed = 0;
  table.recordStarts[0] = 0;

  scan: while (position < end) {
    const first = fields;
    for (;;) {
      let start = position;
      let stop: number;
      let quoting = UNQUOTED;
      if (bytes[position] === QUOTE) {
        quoting = QUOTED;
        start = position + 1;
        stop = start;
        for (;;) {
          stop = bytes.indexOf(QUOTE, stop);
          // The byte after a quote decides whether the quote closes the field. Without that byte the record is
          // incomplete.
          if (stop < 0 || stop + 1 >= end) break scan;
          if (bytes[stop + 1] !== QUOTE) break;
          quoting = ESCAPED;
          stop += 2;
        }
        position = stop + 1;
      } else {
        let byte = bytes[position];
        while (byte !== COMMA && byte !== LINE_FEED && position < end) byte = bytes[++position];
        stop = position;
        if (position >= end) break scan;
      }
      if (fields === table.starts.length) {
        table.starts = grown(table.starts, (size) => new Int32Array(size));
        table.ends = grown(table.ends, (size) => new Int32Array(size));
        table.quoting = grown(table.quoting, (size) => new Uint8Array(size));
      }
      table.starts[fields] = start;
      table.ends[fields] = stop;
      table.quoting[fields++] = quoting;
      const delimiter = bytes[position++];
      if (delimiter === COMMA) {
        if (position >= end) break scan;
        continue;
      }
      if (delimiter === LINE_FEED) break;
      throw new TerminalError(`CSV record ${line + count}: text after a closing quote`);
    }
    width ??= fields;
    if (fields - first !== width) {
      throw new TerminalError(
        `CSV record ${line + count} has ${fields - first} fields where the header has ${width}`,
      );
    }
    consumed = position;
    count += 1;
    if (count === table.recordStarts.length)
      table.recordStarts = grown(table.recordStarts, (size) => new Int32Array(size));
    table.recordStarts[count] = consumed;
  }
  return { records: { bytes, count, width: width ?? 0, ...table }, consumed };
}

/**
 * A size that keeps V8's compiled loops running. With blocks of 1 MB, a million rows cost two thirds more processor
 * time.
 */
const BLOCK_BYTES = 4 << 20;

/** What a scan begins with, in bytes and fields. Most files are small, and a run may read hundreds of them. */
const FIRST_BYTES = 1 << 16;
const FIRST_FIELDS = 1 << 10;

/**
 * The growth of a block for a longer record. Each growth scans the record again from its start, and a larger block
 * costs memory.
 */
const more = (bytes: number): number => Math.ceil(bytes * 1.25);

/**
 * Cuts a stream of bytes into blocks of complete records, including the header.
 * @param blockBytes how many bytes are scanned together; a longer record makes its block longer
 * @yields records that are valid until the next ones are requested, because their memory is reused
 * @throws TerminalError when the CSV is malformed, empty, or ends within a record
 */
export async function* scanRecords(
  chunks: AsyncIterable<Uint8Array>,
  blockBytes = BLOCK_BYTES,
): AsyncGenerator<Records, void, undefined> {
  const table: FieldTable = {
    starts: new Int32Array(FIRST_FIELDS),
    ends: new Int32Array(FIRST_FIELDS),
    quoting: new Uint8Array(FIRST_FIELDS),
    recordStarts: new Int32Array(FIRST_FIELDS),
  };
  let block = new Uint8Array(Math.min(FIRST_BYTES, blockBytes * 2));
  let filled = 0;
  let line = 1;
  let width: number | undefined;
  let wanted = blockBytes;

  const drain = (): Records | undefined => {
    const { records, consumed } = scanBlock(table, block, { end: filled, width, line });
    if (records.count === 0) {
      wanted = more(filled);
      return undefined;
    }
    width = records.width;
    line += records.count;
    pending = consumed;
    return records;
  };
  let pending = 0;
  const keepRest = (): void => {
    block.copyWithin(0, pending, filled);
    filled -= pending;
    pending = 0;
    wanted = Math.max(blockBytes, more(filled));
  };

  for await (const chunk of chunks) {
    if (filled + chunk.length > block.length) {
      const usual = Math.min(block.length * 2, blockBytes * 2);
      const larger = new Uint8Array(Math.max(usual, more(block.length), filled + chunk.length));
      larger.set(block.subarray(0, filled));
      block = larger;
    }
    block.set(chunk, filled);
    filled += chunk.length;
    if (filled < wanted) continue;
    const records = drain();
    if (records === undefined) continue;
    yield records;
    keepRest();
  }
  if (filled > 0) {
    const records = drain();
    if (records !== undefined) {
      yield records;
      keepRest();
    }
    if (filled > 0) throw new TerminalError(`CSV record ${line} is cut off: the file ends within it`);
  }
  if (width === undefined) throw new TerminalError("the CSV file is empty: it has no header");
}
