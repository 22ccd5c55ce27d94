import { identifier, literal } from "../../../../domain/sql";
import { FAILS } from "../star/computations";
import type { ReadExpression } from "../star/expressions";
import type { SourceDesign } from "../source/sources";

/** A read of a column, with the type of the column in a prepared warehouse. */
export type StoredRead = Pick<ReadExpression, "how" | "zone" | "column"> & { readonly storedAs?: string };

/** Identifies a read within its source table. */
export const readName = ({ how, zone = "", column, storedAs = "" }: StoredRead): string =>
  JSON.stringify([how, zone, column, storedAs]);

/** A read as plain SQL, which returns the text that PostgreSQL prints. */
export function readSql(source: SourceDesign, read: StoredRead): string {
  const found = source.columns.find(({ name }) => name === read.column);
  if (found === undefined) throw new RangeError(`there is no column ${read.column}`);
  const quoted = identifier(read.column);
  const value = found.kind.read?.(quoted) ?? quoted;
  const stored = (sql: string): string =>
    read.storedAs === undefined ? `(${sql})::text` : `(${sql})::${read.storedAs}::text`;
  const moment =
    found.kind.type.kind === "timestamptz" ? `(${value}) AT TIME ZONE ${literal(read.zone ?? "UTC")}` : value;
  switch (read.how) {
    case "copy":
      return stored(value);
    case "dateOf":
      return stored(`(${moment})::date`);
    case "timeOf":
      return stored(`(${moment})::time`);
    case "parsedDate":
      return `CASE WHEN ${quoted} !~ '^\\d{4}-\\d\\d-\\d\\d$' THEN ${literal(FAILS)} ELSE ${stored(`${quoted}::date`)} END`;
    case "derive":
      return `CASE WHEN (${value})::text LIKE '%so, %' THEN ${literal(FAILS)} ELSE ${stored(`'<' || (${value})::text || '>'`)} END`;
  }
}

/** The condition that a row cannot be read; undefined when every row can. */
export function unreadableSql({ columns }: SourceDesign): string | undefined {
  const conditions = columns.flatMap(({ name, kind, claimed }) => {
    const quoted = identifier(name);
    return [
      ...(kind.bad?.test === undefined ? [] : [`COALESCE(${kind.bad.test(quoted)}, false)`]),
      ...(claimed ? [`${quoted} IS NULL`] : []),
    ];
  });
  return conditions.length === 0 ? undefined : conditions.join(" OR ");
}

/** The reads of each source table: its key, its references to other tables, and the columns of the warehouse. */
export function readsOf(
  sources: readonly SourceDesign[],
  wanted: readonly { readonly source: number; readonly read: StoredRead }[],
): readonly (readonly StoredRead[])[] {
  return sources.map(({ key, references }, at) => {
    const copies = [...key, ...references.flatMap(({ columns }) => columns)];
    const reads = [
      ...copies.map((column): StoredRead => ({ how: "copy", column })),
      ...wanted.filter(({ source }) => source === at).map(({ read }) => read),
    ];
    return [...new Map(reads.map((read) => [readName(read), read])).values()];
  });
}
