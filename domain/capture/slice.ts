import type { TableDescription } from "./table-description";
import type { TableCapture } from "../log/commit";

/** The key of a row: a text for each column of the primary key, as PostgreSQL prints it. */
export type RowKey = readonly string[];

/**
 * The first capture of a large table takes several runs. Each run captures a slice in the order of the primary key, and
 * the changes to the earlier slices. So the commit of a run has a bounded size, and a run that dies loses one slice.
 * Each commit is correct as far as it reaches; the last commit has the whole table.
 */
export interface Slice {
  /** The last key of the earlier slices; undefined for the first slice. */
  readonly after: RowKey | undefined;
  /** The last key of this slice; undefined when it reaches the end of the table. */
  readonly through: RowKey | undefined;
}

/** Types with the same order in every database, whose texts can be read back exactly. */
const ORDERED =
  /^(smallint|integer|bigint|numeric(\(\d+,\d+\))?|uuid|date|text|character varying(\(\d+\))?|timestamp(\(\d\))? with(out)? time zone)$/;

/** True if the table can be captured in slices: its key orders its rows. */
export const canBeSliced = ({ key, columns }: TableDescription): boolean =>
  key.length > 0 &&
  key.every((name) => ORDERED.test(columns.find((column) => column.name === name)?.type ?? ""));

/**
 * True if the first capture of the table is underway or about to begin. A table that was captured once is always
 * captured whole.
 */
export const isFirstCapture = (previous: TableCapture | undefined): boolean =>
  previous === undefined || previous.slice !== null;

/**
 * The slice of a table whose first capture was postponed for lack of budget. It ends before the first row. No run reads
 * its `rows`, because the first slice sets them.
 */
export const BEFORE_THE_FIRST: NonNullable<TableCapture["slice"]> = { through: [], rows: 1 };

/** True if the first capture was postponed, so that no row was captured yet. */
export const hasNotBegun = ({ slice }: TableCapture): boolean => slice?.through.length === 0;

/**
 * The budget of a run for first captures: about one slice of all tables together, so that a run ends in time however
 * many tables there are. The last table may exceed the limit, so a run captures two slices at most.
 */
export class ByteBudget {
  private left: number;

  constructor(private readonly sliceBytes: number) {
    this.left = sliceBytes;
  }

  /**
   * Takes a table, of which at most one slice is captured, out of the budget. Returns false when the budget is used up.
   */
  take(bytes: number): boolean {
    if (this.left <= 0) return false;
    this.left -= Math.min(bytes, this.sliceBytes);
    return true;
  }
}

/**
 * The number of rows in a slice.
 * @param table its size as PostgreSQL stores it, and its number of rows
 */
export function rowsInSlice(
  sliceBytes: number,
  table: { readonly bytes: number; readonly rows: number },
): number {
  const average = Math.max(1, table.bytes / Math.max(1, table.rows));
  return Math.max(1, Math.floor(sliceBytes / average));
}
