import type { Column } from "../model/columns";
import type { CalendarColumn, WarehouseTable } from "../model/table";
import { typeName } from "../model/types";
import { identifier, qualified } from "../sql";
import { namesIn, type TableNames } from "./target";

/** Where a table that is referred to stands, and its key. */
export interface ReferredTable {
  readonly name: string;
  readonly key: string;
}

/**
 * The statement that creates a warehouse table, with its keys and references.
 * @param parents by the name of the model; a table that cannot be referred to, as one that was prepared
 *   without a key, is left out, and there is then no foreign key
 * @param names what the table and its columns shall be called; the model's own names by default
 */
export function createTable(
  schema: string,
  table: WarehouseTable,
  parents: ReadonlyMap<string, ReferredTable>,
  names: TableNames = namesIn(table, []),
): string {
  const lines =
    names.surrogateKey === undefined ? [] : [`${identifier(names.surrogateKey)} serial PRIMARY KEY`];
  for (const [name, column] of Object.entries<Column | CalendarColumn>(table.columns)) {
    const parts = [identifier(names.columns.get(name) ?? name), typeName(column.type)];
    if (table.kind !== "fact" && name === table.key) parts.push("PRIMARY KEY");
    else if (!column.nullable) parts.push("NOT NULL");
    const parent = "references" in column ? parents.get(column.references) : undefined;
    if (parent !== undefined)
      parts.push(`REFERENCES ${qualified(schema, parent.name)} (${identifier(parent.key)})`);
    lines.push(parts.join(" "));
  }
  return `CREATE TABLE ${qualified(schema, names.name)} (\n  ${lines.join(",\n  ")}\n)`;
}
