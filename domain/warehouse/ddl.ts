import type { Column } from "../model/columns";
import {
  inKeyOrder,
  keyColumns,
  referencesIn,
  type CalendarColumn,
  type WarehouseTable,
} from "../model/table";
import { typeName } from "../model/types";
import { identifier, qualified } from "../sql";
import { namesIn, type TableNames } from "./target";

/** The name of a referenced table, and the columns of its key. */
export interface ReferredTable {
  readonly name: string;
  /** Their names in the model. */
  readonly key: readonly string[];
  /** Their names in the warehouse, in the same order. */
  readonly keys: readonly string[];
}

/**
 * The statement that creates a warehouse table, with its keys and references.
 * @param parents by their names in the model, without tables that a foreign key cannot refer to, such as tables that
 *   were prepared without a key
 * @param names of the table and its columns; by default those of the model
 */
export function createTable(
  schema: string,
  table: WarehouseTable,
  parents: ReadonlyMap<string, ReferredTable>,
  names: TableNames = namesIn(table, []),
): string {
  const theirs = (columns: readonly string[]): string =>
    columns.map((name) => identifier(names.columns.get(name) ?? name)).join(", ");
  const lines =
    names.surrogateKey === undefined ? [] : [`${identifier(names.surrogateKey)} serial PRIMARY KEY`];
  // A reference to a member instead of NULL is never NULL.
  const filled = new Set(
    referencesIn(table).flatMap(({ columns, whenNull }) => (whenNull === undefined ? [] : columns)),
  );
  for (const [name, column] of Object.entries<Column | CalendarColumn>(table.columns)) {
    const notNull = !column.nullable || filled.has(name);
    lines.push(`${theirs([name])} ${typeName(column.type)}${notNull ? " NOT NULL" : ""}`);
  }
  if (table.kind !== "fact") lines.push(`PRIMARY KEY (${theirs(keyColumns(table))})`);
  for (const reference of referencesIn(table)) {
    const parent = parents.get(reference.to);
    if (parent === undefined) continue;
    const columns = inKeyOrder(reference, parent.key);
    const keys = parent.keys.map(identifier).join(", ");
    lines.push(`FOREIGN KEY (${theirs(columns)}) REFERENCES ${qualified(schema, parent.name)} (${keys})`);
  }
  return `CREATE TABLE ${qualified(schema, names.name)} (\n  ${lines.join(",\n  ")}\n)`;
}
