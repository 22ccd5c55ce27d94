import {
  parquetMetadataAsync,
  parquetScan,
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
} from "hyparquet";
import { TerminalError } from "../../errors";
import type { ColumnShape } from "../columnar/arrow";

/**
 * The columns of some rows of a Parquet file, in their physical form: dates as days, times and timestamps in
 * microseconds, decimals unscaled.
 */
interface RowGroup {
  readonly rows: number;
  /** In the order of the table's columns; bytes for texts. */
  readonly columns: readonly DecodedArray[];
}

/**
 * Reads a Parquet file of a warehouse table, one row group at a time.
 * @throws TerminalError when the file lacks a column of the table
 */
export async function* readRowGroups(
  file: AsyncBuffer,
  columns: Readonly<Record<string, ColumnShape>>,
): AsyncGenerator<RowGroup, void, undefined> {
  const names = Object.keys(columns);
  const annotated = withWholeNames(await parquetMetadataAsync(file), names);
  const inMilliseconds = columnsInMilliseconds(annotated);
  const metadata = physical(annotated);
  const present = new Set(metadata.schema.map(({ name }) => name));
  const missing = names.filter((name) => !present.has(name));
  if (missing.length > 0) throw new TerminalError(`the Parquet file has no column ${missing.join(", ")}`);
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const scan = await parquetScan({
      file: await groupBytes(file, group),
      metadata: { ...metadata, row_groups: [group] },
      utf8: false,
      useOffsetIndex: false,
    });
    const decoded = await Promise.all(
      names.map(async (column) => {
        const values = await scan.readColumn({ column, rowStart: 0, rowEnd: rows });
        return inMilliseconds.has(column) ? Array.from(values, inMicroseconds) : values;
      }),
    );
    yield { rows, columns: decoded };
  }
}

/**
 * The metadata with the names of the table. hyparquet drops a leading U+FEFF of a name, although it is a character.
 * Columns whose names differ only in that are in the order of the table.
 */
function withWholeNames(metadata: FileMetaData, names: readonly string[]): FileMetaData {
  if (!names.some((name) => name.startsWith("\ufeff"))) return metadata;
  const left = [...names];
  const whole = metadata.schema.slice(1).map(({ name }) => {
    const at = left.findIndex((wanted) => wanted.replace(/^\ufeff/, "") === name);
    return at === -1 ? name : left.splice(at, 1).join("");
  });
  const [root, ...elements] = metadata.schema;
  if (root === undefined) return metadata;
  return {
    ...metadata,
    schema: [root, ...elements.map((element, index) => ({ ...element, name: whole[index] ?? element.name }))],
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.map((chunk, index) => ({
        ...chunk,
        ...(chunk.meta_data !== undefined && {
          meta_data: { ...chunk.meta_data, path_in_schema: whole.slice(index, index + 1) },
        }),
      })),
    })),
  };
}

/** The times and timestamps in milliseconds, which earlier versions of Marble wrote. */
const columnsInMilliseconds = ({ schema }: FileMetaData): ReadonlySet<string> =>
  new Set(
    schema
      .filter(({ converted_type: type }) => type === "TIME_MILLIS" || type === "TIMESTAMP_MILLIS")
      .map(({ name }) => name),
  );

const inMicroseconds = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "bigint" ? BigInt(value) * 1000n : value;

/**
 * The metadata without logical types, so that values are read as they are stored. hyparquet turns DECIMAL into floats
 * and DATE into Dates.
 */
export function physical(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    const { converted_type: _converted, logical_type: _logical, ...stored } = element;
    return stored;
  });
  return { ...metadata, schema };
}

/** The file, with the bytes of one row group fetched in one request. */
async function groupBytes(
  file: AsyncBuffer,
  group: FileMetaData["row_groups"][number],
): Promise<AsyncBuffer> {
  const chunks = group.columns.flatMap(({ meta_data: meta }) => (meta === undefined ? [] : [meta]));
  const start = Math.min(
    ...chunks.map((meta) => Number(meta.dictionary_page_offset ?? meta.data_page_offset)),
  );
  const end = start + chunks.reduce((size, meta) => size + Number(meta.total_compressed_size), 0);
  const bytes = await file.slice(start, end);
  return {
    byteLength: file.byteLength,
    slice: (from, to = file.byteLength) => bytes.slice(from - start, to - start),
  };
}
