import type { Data, RecordBatch } from "apache-arrow";
import { arrowSchema, recordBatch, type ColumnShape } from "../columnar/arrow";
import { columnBuilder } from "../columnar/builder";
import { TerminalError } from "../../errors";
import { nameAmong, type SourceColumn, type SourceTable } from "../../model/source";
import { isPrinted, typeName, type ColumnType } from "../../model/types";
import { quote, reject, type Rejections } from "../../transform/rejection";
import { parseBytes } from "../hex";
import { fitsPrinted } from "../printed/fits";
import { decodeUtf8 } from "../utf8";
import { headerPositions, unescaped } from "./fields";
import { misfit } from "./misfit";
import { exactParserOf, parserOf } from "./parsers";
import { ESCAPED, rawRecord, scanRecords, UNQUOTED, type Records } from "./scanner";

/** Some rows of a source table. Rejected rows stay in the batch with arbitrary values; leave them out. */
export interface SourceBatch {
  readonly batch: RecordBatch;
  readonly rejections: Rejections;
  /** The header of the file, and the original text of a rejected row. Other rows are not kept. */
  readonly header: string;
  readonly raw: (row: number) => string;
}

const SPACE = 0x20;

/** Decodes one column of a block. */
function decodeColumn(
  records: Records,
  options: {
    readonly name: string;
    readonly column: ColumnShape;
    readonly place: ColumnPlace;
    readonly first: number;
    readonly rejections: Rejections;
  },
): Data {
  const { name, column, place, first, rejections } = options;
  const { index, padded } = place;
  const { bytes, width, starts, ends, quoting } = records;
  const { type } = column;
  const length = records.count - first;
  const builder = columnBuilder(type, length);
  const parse = parserOf(type);
  const parseExact = exactParserOf(type);
  const fits = textCheckOf(type);
  const refuse = (row: number, start: number, end: number, within = bytes): void => {
    const value = decodeUtf8(within.subarray(start, end));
    reject(rejections, row, {
      column: name,
      reason: `${name} ${quote(value)} is not a valid ${typeName(type)}${misfit(type, value)}`,
    });
  };

  for (let row = 0, field = first * width + index; row < length; row++, field += width) {
    const start = starts[field] ?? 0;
    const written = ends[field] ?? 0;
    let end = written;
    if (padded) while (end > start && bytes[end - 1] === SPACE) end -= 1;
    if (start === written && quoting[field] === UNQUOTED) {
      if (!column.nullable) reject(rejections, row, { column: name, reason: `${name} is NULL` });
      builder.setNull(row);
    } else if (parse !== undefined) {
      const value = parse(bytes, start, end);
      if (Number.isNaN(value)) refuse(row, start, end);
      builder.setNumber(row, value);
    } else if (parseExact !== undefined) {
      const value = parseExact(bytes, start, end);
      if (value === undefined) refuse(row, start, end);
      if (typeof value === "bigint") builder.setBigint(row, value);
      else builder.setNumber(row, value ?? 0);
    } else if (type.kind === "bytea") {
      const value = parseBytes(bytes, start, end);
      if (value === undefined) refuse(row, start, end);
      builder.setBytes(row, value ?? bytes, 0, value?.length ?? 0);
    } else if (quoting[field] === ESCAPED) {
      const plain = unescaped(bytes, start, end);
      if (!fits(plain, 0, plain.length)) refuse(row, 0, plain.length, plain);
      builder.setBytes(row, plain, 0, plain.length);
    } else {
      if (!fits(bytes, start, end)) refuse(row, start, end);
      builder.setBytes(row, bytes, start, end);
    }
  }
  return builder.finish();
}

/** True if the bytes are a value of a type whose values are texts. Any text is one of `text`. */
function textCheckOf(type: ColumnType): (bytes: Uint8Array, start: number, end: number) => boolean {
  if (!isPrinted(type)) return () => true;
  return (bytes, start, end) => fitsPrinted(type, decodeUtf8(bytes.subarray(start, end)));
}

/** The position of a column in a file, and whether its values are padded with blanks. */
interface ColumnPlace {
  readonly index: number;
  readonly padded: boolean;
}

/**
 * The position of each column of the contract in this file, under its name or an earlier one, whatever the order. A
 * column that the source did not have at that time is missing.
 */
function columnPlaces(
  records: Records,
  table: SourceTable,
  padded: ReadonlySet<string>,
): Map<string, ColumnPlace> {
  const header = headerPositions(records);
  const places = new Map<string, ColumnPlace>();
  for (const [name, column] of Object.entries<SourceColumn>(table.columns)) {
    const inFile = nameAmong(name, column, (one) => header.has(one)) ?? "";
    const index = header.get(inFile);
    if (index !== undefined) places.set(name, { index, padded: padded.has(inFile) });
    else if (column.absentAsNull !== true)
      throw new TerminalError(`${table.name} has no column ${name}`, { subject: { table: table.name } });
  }
  return places;
}

/** A column of NULLs. */
function nullColumn({ type }: ColumnShape, length: number): Data {
  const builder = columnBuilder(type, length);
  for (let row = 0; row < length; row++) builder.setNull(row);
  return builder.finish();
}

/**
 * Decodes a CSV file of a source table into record batches with the columns of the contract. NULL and '' are distinct.
 * @param options.padded the columns of the file whose values are padded with insignificant blanks
 * @param options.blockBytes bytes decoded together; a batch has as many rows as fit
 * @throws TerminalError when the file is malformed or lacks a column of the contract
 */
export async function* decodeCsv(
  chunks: AsyncIterable<Uint8Array>,
  table: SourceTable,
  options: { readonly padded?: ReadonlySet<string>; readonly blockBytes?: number } = {},
): AsyncGenerator<SourceBatch, void, undefined> {
  const { padded = new Set<string>(), blockBytes } = options;
  const schema = arrowSchema(table.columns);
  let places: Map<string, ColumnPlace> | undefined;
  let header = "";
  for await (const records of scanRecords(chunks, blockBytes)) {
    let first = 0;
    if (places === undefined) {
      places = columnPlaces(records, table, padded);
      header = rawRecord(records, 0);
      first = 1;
    }
    const length = records.count - first;
    if (length === 0) continue;
    const rejections: Rejections = new Map();
    const children: Data[] = [];
    for (const [name, column] of Object.entries<ColumnShape>(table.columns)) {
      const place = places.get(name);
      children.push(
        place === undefined
          ? nullColumn(column, length)
          : decodeColumn(records, { name, column, place, first, rejections }),
      );
    }
    const raw = (row: number): string => rawRecord(records, row + first);
    yield { batch: recordBatch(schema, { length, children }), rejections, header, raw };
  }
}
