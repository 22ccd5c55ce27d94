import type { ColumnChunk, Encoding } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { packBits, type Dictionary } from "./dictionary";

/** The values of a column without NULLs, as 32-bit words: one word each (INT32), or two, the low one first (INT64). */
export interface FixedWidth {
  readonly type: "INT32" | "INT64";
  readonly words: Int32Array;
  readonly rows: number;
}

interface Page {
  readonly type: "DICTIONARY_PAGE" | "DATA_PAGE_V2";
  readonly encoding: Encoding;
  readonly values: number;
  /** What says of each value whether it is there; of a column that may be NULL. Never compressed. */
  readonly levels?: Uint8Array;
  readonly bytes: Uint8Array;
}

const NO_LEVELS = new Uint8Array();

/** Definition levels of a column that may be NULL and never is: one run of as many ones. */
function allPresent(rows: number): Uint8Array {
  const bytes: number[] = [];
  let header = rows * 2;
  for (; header >= 0x80; header = Math.floor(header / 0x80)) bytes.push((header & 0x7f) | 0x80);
  bytes.push(header, 1);
  return Uint8Array.from(bytes);
}

/** Writes a page; returns its size with its header, not compressed. */
function writePage(writer: ByteWriter, page: Page): number {
  const { type, encoding, values, levels = NO_LEVELS, bytes } = page;
  const compressed = snappyCompress(bytes);
  const start = writer.offset;
  writePageHeader(writer, {
    type,
    uncompressed_page_size: levels.length + bytes.length,
    compressed_page_size: levels.length + compressed.length,
    ...(type === "DICTIONARY_PAGE"
      ? { dictionary_page_header: { num_values: values, encoding } }
      : {
          data_page_header_v2: {
            num_values: values,
            num_nulls: 0,
            num_rows: values,
            encoding,
            definition_levels_byte_length: levels.length,
            repetition_levels_byte_length: 0,
            is_compressed: true,
          },
        }),
  });
  const header = writer.offset - start;
  writer.appendBytes(levels);
  writer.appendBytes(compressed);
  return header + levels.length + bytes.length;
}

/** Words are little-endian in a file, as on every machine that Node runs on. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Writes a chunk of one page (Apache Parquet, Encodings.md: PLAIN, or RLE_DICTIONARY when a dictionary is
 * given): what the writer's own `writeColumn` does for any column, for those that most columns of facts are.
 */
export function writeFixedChunk(
  writer: ByteWriter,
  column: { name: string; nullable: boolean; values: FixedWidth; dictionary: Dictionary | undefined },
): ColumnChunk {
  const { name, nullable, values, dictionary } = column;
  const { type, rows } = values;
  const start = writer.offset;
  let uncompressed = 0;
  if (dictionary !== undefined) {
    const { words, size } = dictionary;
    uncompressed += writePage(writer, {
      type: "DICTIONARY_PAGE",
      encoding: "PLAIN",
      values: size,
      bytes: bytesOf(words),
    });
  }
  const dataStart = writer.offset;
  const encoding = dictionary === undefined ? "PLAIN" : "RLE_DICTIONARY";
  uncompressed += writePage(writer, {
    type: "DATA_PAGE_V2",
    encoding,
    values: rows,
    ...(nullable && { levels: allPresent(rows) }),
    bytes: dictionary === undefined ? bytesOf(values.words) : packBits(dictionary.indexes, dictionary.size),
  });
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: dictionary === undefined ? [encoding] : ["PLAIN", encoding],
      path_in_schema: [name],
      codec: "SNAPPY",
      num_values: BigInt(rows),
      total_compressed_size: BigInt(writer.offset - start),
      total_uncompressed_size: BigInt(uncompressed),
      data_page_offset: BigInt(dataStart),
      ...(dictionary !== undefined && { dictionary_page_offset: BigInt(start) }),
      statistics: statisticsOf(
        // Every value is in the dictionary, so its bounds are those of the column.
        dictionary === undefined ? values : { type, words: dictionary.words, rows: dictionary.size },
      ),
    },
  };
}

function statisticsOf({ type, words, rows }: FixedWidth): {
  min_value: number | bigint;
  max_value: number | bigint;
  null_count: bigint;
} {
  if (type === "INT32") {
    let min = words[0] ?? 0;
    let max = min;
    for (let row = 1; row < rows; row++) {
      const value = words[row] ?? 0;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min_value: min, max_value: max, null_count: 0n };
  }
  let min = 0;
  let max = 0;
  for (let row = 1; row < rows; row++) {
    if (isLess(words, row, min)) min = row;
    if (isLess(words, max, row)) max = row;
  }
  return { min_value: wide(words, min), max_value: wide(words, max), null_count: 0n };
}

/** Compares two 64-bit values without making a BigInt of either. */
function isLess(words: Int32Array, a: number, b: number): boolean {
  const highA = words[a * 2 + 1] ?? 0;
  const highB = words[b * 2 + 1] ?? 0;
  return highA < highB || (highA === highB && (words[a * 2] ?? 0) >>> 0 < (words[b * 2] ?? 0) >>> 0);
}

const wide = (words: Int32Array, row: number): bigint =>
  (BigInt(words[row * 2 + 1] ?? 0) << 32n) | BigInt((words[row * 2] ?? 0) >>> 0);
