import type { ColumnChunk, Encoding, ParquetType } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { levelsOf, nullsIn, type Validity } from "./validity";

/** The values of a column without its NULLs, encoded (Apache Parquet, Encodings.md: PLAIN, or RLE_DICTIONARY). */
export interface EncodedValues {
  readonly type: ParquetType;
  /** The distinct values in PLAIN encoding, when the pages hold indexes of them. */
  readonly dictionary?: { readonly size: number; readonly bytes: Uint8Array } | undefined;
  /** The number of rows of each page, including NULLs, and its values. Each page is made on demand. */
  readonly pages: Iterable<{ readonly rows: number; readonly bytes: Uint8Array }>;
  /** The smallest and the largest value; undefined when all values are NULL. */
  readonly bounds: { readonly min: Bound; readonly max: Bound } | undefined;
}

type Bound = number | bigint | boolean | Uint8Array;

interface Page {
  readonly type: "DICTIONARY_PAGE" | "DATA_PAGE_V2";
  readonly encoding: Encoding;
  /** The number of values, including NULLs. */
  readonly values: number;
  readonly nulls: number;
  /** The definition levels of a nullable column. Never compressed. */
  readonly levels: Uint8Array;
  readonly bytes: Uint8Array;
}

const NO_LEVELS = new Uint8Array();

/** Writes a page; returns its uncompressed size including its header. */
function writePage(writer: ByteWriter, page: Page): number {
  const { type, encoding, values, nulls, levels, bytes } = page;
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
            num_nulls: nulls,
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

/**
 * Writes the chunk of a column in a row group. It does what the library's `writeColumn` does, but reads Arrow memory
 * instead of an array of values.
 */
export function writeChunk(
  writer: ByteWriter,
  column: {
    readonly name: string;
    readonly nullable: boolean;
    readonly rows: number;
    readonly validity: Validity | undefined;
    readonly values: EncodedValues;
  },
): ColumnChunk {
  const { name, nullable, rows, validity, values } = column;
  const { type, dictionary, pages, bounds } = values;
  const start = writer.offset;
  let uncompressed = 0;
  if (dictionary !== undefined) {
    const { size, bytes } = dictionary;
    uncompressed += writePage(writer, {
      type: "DICTIONARY_PAGE",
      encoding: "PLAIN",
      values: size,
      nulls: 0,
      levels: NO_LEVELS,
      bytes,
    });
  }
  const dataStart = writer.offset;
  const encoding = dictionary === undefined ? "PLAIN" : "RLE_DICTIONARY";
  let row = 0;
  for (const page of pages) {
    const range = { start: row, end: row + page.rows };
    uncompressed += writePage(writer, {
      type: "DATA_PAGE_V2",
      encoding,
      values: page.rows,
      nulls: nullsIn(validity, range),
      levels: nullable ? levelsOf(validity, range) : NO_LEVELS,
      bytes: page.bytes,
    });
    row += page.rows;
  }
  if (row !== rows) throw new RangeError(`the pages of ${name} have ${row} rows in a group of ${rows}`);
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
      statistics: {
        ...(bounds !== undefined && { min_value: bounds.min, max_value: bounds.max }),
        null_count: BigInt(validity?.nulls ?? 0),
      },
    },
  };
}
