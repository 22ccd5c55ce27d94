import { TerminalError } from "../../errors";
import { plainNumber, type Key } from "../../capture/key-set";
import { decodeUtf8 } from "../utf8";
import { ESCAPED, scanRecords, UNQUOTED, type Records } from "./scanner";

const QUOTE = 0x22;

/** The bytes of an escaped field with its doubled quotes halved. */
export function unescaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const plain = new Uint8Array(end - start);
  let size = 0;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    plain[size++] = byte;
    if (byte === QUOTE) position++;
  }
  return plain.subarray(0, size);
}

/** A field as text; null when it is NULL. */
export function fieldText(records: Records, field: number): string | null {
  const start = records.starts[field] ?? 0;
  const end = records.ends[field] ?? 0;
  const quoting = records.quoting[field];
  if (start === end && quoting === UNQUOTED) return null;
  return decodeUtf8(
    quoting === ESCAPED ? unescaped(records.bytes, start, end) : records.bytes.subarray(start, end),
  );
}

/** The position of each column in a file whose first record is the header. */
export function headerPositions(records: Records): Map<string, number> {
  return new Map(
    Array.from({ length: records.width }, (_, index) => [fieldText(records, index) ?? "", index]),
  );
}

/** Joins the parts of a composite key. No text of PostgreSQL contains it. */
export const KEY_SEPARATOR = "\0";

/**
 * The keys of the rows of a CSV file, in groups. A whole number is a number, any other key a text.
 * @throws TerminalError when the file lacks a column of the key
 */
export async function* readKeys(
  chunks: AsyncIterable<Uint8Array>,
  key: readonly string[],
): AsyncGenerator<Key[], void, undefined> {
  let positions: number[] | undefined;
  for await (const records of scanRecords(chunks)) {
    let first = 0;
    if (positions === undefined) {
      positions = keyPositions(records, key);
      first = 1;
    }
    const [only, ...others] = positions;
    const keyAt =
      only !== undefined && others.length === 0
        ? (record: number) => singleKey(records, record * records.width + only)
        : (record: number) => compositeKey(records, record * records.width, positions ?? []);
    const keys: Key[] = [];
    for (let record = first; record < records.count; record++) keys.push(keyAt(record));
    yield keys;
  }
}

function keyPositions(records: Records, key: readonly string[]): number[] {
  const header = headerPositions(records);
  return key.map((name) => {
    const position = header.get(name);
    if (position === undefined) throw new TerminalError(`the file has no key column ${name}`);
    return position;
  });
}

const compositeKey = (records: Records, field: number, positions: readonly number[]): string =>
  positions.map((position) => fieldText(records, field + position) ?? "").join(KEY_SEPARATOR);

/** Most keys are whole numbers, so do not make a text of them. */
function singleKey(records: Records, field: number): Key {
  const number = plainNumber(records.bytes, records.starts[field] ?? 0, records.ends[field] ?? 0);
  return Number.isNaN(number) ? (fieldText(records, field) ?? "") : number;
}

/** Keys as a CSV file with the key's columns. Every field is quoted, because a key is never NULL. */
export function* keysAsCsv(keys: Iterable<string>, key: readonly string[]): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const line = (fields: readonly string[]): string =>
    `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")}\n`;
  let lines = [line(key)];
  for (const text of keys) {
    lines.push(line(text.split(KEY_SEPARATOR)));
    if (lines.length < 10_000) continue;
    yield encoder.encode(lines.join(""));
    lines = [];
  }
  yield encoder.encode(lines.join(""));
}
