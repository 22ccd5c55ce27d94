import type { Row } from "./question";

/** The content of a report: what the warehouse had in one transaction. */
export interface Report {
  /** the newest loaded commit */
  readonly commit: number;
  /** when its data was captured from the source, ISO 8601 in UTC */
  readonly capturedAt: string;
  /** when the report was made, ISO 8601 in UTC */
  readonly madeAt: string;
  /** The rows by the name of their question; null when its mart could not be read. */
  readonly rows: Readonly<Record<string, readonly Row[] | null>>;
  /** The tables of the warehouse that are behind, by name; undefined when the warehouse does not know. */
  readonly behind?: Readonly<Record<string, TableBehind>>;
  /** The tables of the warehouse that lack rows, by name; undefined when the warehouse does not know. */
  readonly lacking?: Readonly<Record<string, RowsLacking>>;
  /** The tables of the warehouse that each mart reads. */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
}

/** A table of the warehouse that does not show the state of the source at `capturedAt`. */
export interface TableBehind {
  /** the time whose state it shows, ISO 8601 in UTC; null when it never got a row */
  readonly asOf: string | null;
  /** since when it is behind, ISO 8601 in UTC */
  readonly since: string | null;
  readonly reason: string;
}

/** The rows that a table of the warehouse lacks. */
export interface RowsLacking {
  /** Rows of its sources that were rejected and are still missing. */
  readonly rejected: number;
  /** Rows that wait for a row that they refer to. */
  readonly waiting: number;
}

/** The tables that these marts read and that are behind. */
export const behindOf = (
  { behind = {}, reads = {} }: Report,
  ...marts: readonly string[]
): [string, TableBehind][] => ofTables(behind, tablesOf(reads, marts));

/** The tables that these marts read and that lack rows. */
export const lackingOf = (
  { lacking = {}, reads = {} }: Report,
  ...marts: readonly string[]
): [string, RowsLacking][] => ofTables(lacking, tablesOf(reads, marts));

const tablesOf = (reads: NonNullable<Report["reads"]>, marts: readonly string[]): readonly string[] =>
  marts.flatMap((mart) => reads[mart] ?? []);

const ofTables = <T>(found: Readonly<Record<string, T>>, tables: readonly string[]): [string, T][] =>
  Object.entries(found).filter(([table]) => tables.includes(table));

/** The rows of a question; none when its mart could not be read. */
export const rowsOf = ({ rows }: Report, question: string): readonly Row[] => rows[question] ?? [];
