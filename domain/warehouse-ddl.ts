import type { Column } from "./model/columns";
import type { Calendar, CalendarColumn, Dimension, Fact, WarehouseTable } from "./model/table";
import { typeName } from "./model/types";
import { identifier, qualified } from "./sql";

/** The statement that creates a warehouse table, with its keys and references. */
export function createTable(
  schema: string,
  table: WarehouseTable,
  keys: ReadonlyMap<string, string>,
): string {
  const lines = table.kind === "fact" ? [`${identifier(table.surrogateKey)} serial PRIMARY KEY`] : [];
  for (const [name, column] of Object.entries<Column | CalendarColumn>(table.columns)) {
    const parts = [identifier(name), typeName(column.type)];
    if (table.kind !== "fact" && name === table.key) parts.push("PRIMARY KEY");
    else if (!column.nullable) parts.push("NOT NULL");
    if ("references" in column) {
      const key = keys.get(column.references);
      if (key === undefined)
        throw new TypeError(
          `${table.name}.${name} refers to ${column.references}, which is not in the model`,
        );
      parts.push(`REFERENCES ${qualified(schema, column.references)} (${identifier(key)})`);
    }
    lines.push(parts.join(" "));
  }
  return `CREATE TABLE ${qualified(schema, table.name)} (\n  ${lines.join(",\n  ")}\n)`;
}

/** The key of each table that can be referred to. */
export const keysOf = (tables: readonly (Dimension | Fact | Calendar)[]): ReadonlyMap<string, string> =>
  new Map(tables.map((table) => [table.name, table.key]));
