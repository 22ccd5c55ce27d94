import { identifier, qualified } from "../../../../domain/sql";

/**
 * A view of each source table. It shows the columns under the names of the contract, so that changes of the
 * source and queries on it need not know which columns have been renamed or added.
 */

/** The schema of the views. */
export const VIEW_SCHEMA = "views of the test";

/** The view of a source table. */
export const viewOf = (index: number): string => qualified(VIEW_SCHEMA, `view_${index}`);

/** The identity of a version of a row, also in a partitioned table: its table, its place there, and its transaction. */
export const ROW_COLUMNS = ["row table", "row place", "row version"] as const;
const [table, place, version] = ROW_COLUMNS;
export const ROW_TABLE = identifier(table);
export const ROW_PLACE = identifier(place);
/** The transaction that wrote the row. */
export const ROW_VERSION = identifier(version);

/** The row of a table, as two columns of its view. */
export const ROW_LIST = `${ROW_TABLE}, ${ROW_PLACE}`;
export const ROW = `(${ROW_LIST})`;
