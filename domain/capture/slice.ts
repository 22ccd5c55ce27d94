import type { TableDescription } from "./table-description";
import type { TableCapture } from "../log/commit";

/** The key of a row: a text for each column of the primary key, as PostgreSQL prints it. */
export type RowKey = readonly string[];

/**
 * The first capture of a large table takes several runs, each of which takes a slice in the order of the
 * primary key, and of the slices before it what changed. So a run's commit has a bounded size, and a run that
 * dies costs a slice. Each commit is right as far as it goes; the last one has the whole table.
 */
export interface Slice {
  /** The last key of the slices before; undefined for the first. */
  readonly after: RowKey | undefined;
  /** The last key of this one; undefined when it takes all that is left. */
  readonly through: RowKey | undefined;
}

/** Types whose order is the same wherever it is asked for, and whose texts are read back as they were. */
const ORDERED =
  /^(smallint|integer|bigint|numeric(\(\d+,\d+\))?|uuid|date|text|character varying(\(\d+\))?|timestamp(\(\d\))? with(out)? time zone)$/;

/** Can the table be taken in slices? It needs a key that orders its rows. */
export const canBeSliced = ({ key, columns }: TableDescription): boolean =>
  key.length > 0 &&
  key.every((name) => ORDERED.test(columns.find((column) => column.name === name)?.type ?? ""));

/** Is the first capture of the table underway, or about to begin? A table that was captured once is taken whole. */
export const isFirstCapture = (previous: TableCapture | undefined): boolean =>
  previous === undefined || previous.slice !== null;

/** Of a table whose first capture has to wait for a run with room: it ends before the first row. */
export const BEFORE_THE_FIRST: NonNullable<TableCapture["slice"]> = { through: [], rows: 1 };

/** Has no row of the table been captured so far, because it had to wait? */
export const hasNotBegun = ({ slice }: TableCapture): boolean => slice?.through.length === 0;

/**
 * How much a run captures for the first time: about one slice of all tables together, so that it comes to its
 * end however many of them there are. The one that reaches the limit is the last, so it is two slices at most.
 */
export class ByteBudget {
  private left: number;

  constructor(private readonly sliceBytes: number) {
    this.left = sliceBytes;
  }

  /** Is there room for a table, of which at most a slice is taken? What is there is then taken. */
  take(bytes: number): boolean {
    if (this.left <= 0) return false;
    this.left -= Math.min(bytes, this.sliceBytes);
    return true;
  }
}

/**
 * How many rows a slice has.
 * @param size of the table in bytes as PostgreSQL stores it, with `rows` rows
 */
export function rowsInSlice(
  sliceBytes: number,
  table: { readonly bytes: number; readonly rows: number },
): number {
  const average = Math.max(1, table.bytes / Math.max(1, table.rows));
  return Math.max(1, Math.floor(sliceBytes / average));
}
