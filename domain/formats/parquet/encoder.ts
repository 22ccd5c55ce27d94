import type { Data, RecordBatch } from "apache-arrow";
import type { ColumnChunk, SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { writeColumn } from "hyparquet-writer/src/column.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { wordAt } from "../../at";
import { hasNulls, isValid, type ColumnShape } from "../columnar/arrow";
import { valueReader } from "../columnar/read";
import type { ColumnType } from "../../model/types";
import { dictionaryOf } from "./dictionary";
import { writeFixedChunk, type FixedWidth } from "./fixed-chunk";
import { parquetSchema } from "./schema";

/** Rows are collected into row groups of this size: what a reader holds in memory at once. */
export const ROW_GROUP_ROWS = 65_536;

export interface ParquetEncoder {
  /** Takes a batch in; returns the bytes that are complete, if any. */
  write(batch: RecordBatch): Uint8Array | undefined;
  /** The last row groups and the footer. */
  finish(): Uint8Array;
  readonly rows: number;
}

/** Encodes record batches of one table as one Parquet file, with Snappy compression. */
export function parquetEncoder(
  columns: Readonly<Record<string, ColumnShape>>,
  rowGroupRows = ROW_GROUP_ROWS,
): ParquetEncoder {
  const bytes = new ByteWriter(1 << 16);
  const schema = parquetSchema(columns);
  const file = new ParquetWriter({ writer: bytes, schema });
  const shapes = Object.entries(columns);
  let waiting: RecordBatch[] = [];
  let waitingRows = 0;
  let rows = 0;

  const writeGroup = (): void => {
    const start = bytes.offset;
    const chunks = shapes.map(([name, { type, nullable }], index) => {
      const parts = partsOf(waiting, index);
      const values = fixedWidth(type, parts, waitingRows);
      return values === undefined
        ? writeAnyChunk(bytes, { schema, name, values: valuesOf(type, parts, waitingRows) })
        : writeFixedChunk(bytes, { name, nullable, values, dictionary: dictionaryOf(values) });
    });
    file.row_groups.push({
      columns: chunks,
      total_byte_size: chunks.reduce(
        (sum, chunk) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
        0n,
      ),
      num_rows: BigInt(waitingRows),
      total_compressed_size: BigInt(bytes.offset - start),
    });
    file.num_rows += BigInt(waitingRows);
    waiting = [];
    waitingRows = 0;
  };
  const takeBytes = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };

  return {
    write: (batch) => {
      waiting.push(batch);
      waitingRows += batch.numRows;
      rows += batch.numRows;
      if (waitingRows < rowGroupRows) return undefined;
      writeGroup();
      return takeBytes();
    },
    finish: () => {
      if (waitingRows > 0) writeGroup();
      if (file.finish() !== undefined) throw new TypeError("a writer into memory has nothing to wait for");
      return takeBytes();
    },
    get rows() {
      return rows;
    },
  };
}

/** One column of several batches. */
const partsOf = (batches: readonly RecordBatch[], index: number): Data[] =>
  batches.map((batch) => {
    const data = batch.data.children[index];
    if (data === undefined) throw new RangeError(`the batch has no column ${index}`);
    return data;
  });

/** How many words of 32 bits a value takes in memory; only the first two of a decimal tell anything. */
const WORDS: Partial<Record<ColumnType["kind"], number>> = {
  integer: 1,
  bigint: 2,
  date: 1,
  time: 2,
  timestamp: 2,
  timestamptz: 2,
  decimal: 4,
};

/** The words of a column of fixed width without NULLs; undefined for any other. */
function fixedWidth(type: ColumnType, parts: readonly Data[], rows: number): FixedWidth | undefined {
  const from = WORDS[type.kind];
  if (from === undefined || parts.some(hasNulls)) return undefined;
  const to = Math.min(from, 2);
  const words = new Int32Array(rows * to);
  let offset = 0;
  for (const data of parts) {
    const { buffer, byteOffset } = data.values as Int32Array;
    const own = new Int32Array(buffer, byteOffset, data.length * from);
    if (from === to) words.set(own, offset);
    else {
      for (let row = 0; row < data.length; row++) {
        words[offset + row * 2] = wordAt(own, row * 4);
        words[offset + row * 2 + 1] = wordAt(own, row * 4 + 1);
      }
    }
    offset += data.length * to;
  }
  return { type: to === 1 ? "INT32" : "INT64", words, rows };
}

function valuesOf(type: ColumnType, parts: readonly Data[], length: number): unknown[] {
  const all = new Array<unknown>(length);
  let offset = 0;
  for (const data of parts) {
    const read = valueReader(type, data);
    const nullable = hasNulls(data);
    const isWide = WORDS[type.kind] === 2;
    for (let row = 0; row < data.length; row++) {
      const value = nullable && !isValid(data, row) ? null : read(row);
      all[offset++] = isWide && typeof value === "number" ? BigInt(value) : value;
    }
  }
  return all;
}

const PAGE_BYTES = 1 << 20;

/** Writes a chunk with texts, booleans or NULLs. */
function writeAnyChunk(
  writer: ByteWriter,
  column: { schema: readonly SchemaElement[]; name: string; values: unknown[] },
): ColumnChunk {
  const { schema, name, values } = column;
  const [root] = schema;
  const element = schema.slice(1).find((leaf) => leaf.name === name);
  if (root === undefined || element === undefined) throw new TypeError(`the schema has no column ${name}`);
  const optional = element.repetition_type === "OPTIONAL";
  return writeColumn({
    writer,
    column: {
      columnName: name,
      element,
      schemaPath: [root, element],
      codec: "SNAPPY",
      compressors: { SNAPPY: snappyCompress },
      stats: true,
      pageSize: PAGE_BYTES,
      columnIndex: false,
      offsetIndex: false,
    },
    pageData: {
      values,
      definitionLevels: optional ? values.map((value) => (value === null ? 0 : 1)) : [],
      repetitionLevels: [],
      maxDefinitionLevel: optional ? 1 : 0,
    },
  }).chunk;
}
