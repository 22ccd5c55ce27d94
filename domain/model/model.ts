import type { Column, MembersInstead } from "./columns";
import { memberValue } from "./members";
import type { SourceTable } from "./source";
import {
  feedsOf,
  inKeyOrder,
  referencesIn,
  referencesOf,
  sourcesOf,
  type Calendar,
  type CalendarColumn,
  type Dimension,
  type Fact,
  type WarehouseTable,
} from "./table";
import { typeName } from "./types";

/** All tables of a warehouse. */
export interface Model {
  /**
   * Raise it with every change of the tables' shape (`modelShape`). *Reprocess* builds a separate processed log for the
   * new version from the ingestion log, and *replay* rebuilds the warehouse from it.
   */
  readonly version: number;
  readonly calendar: Calendar;
  readonly tables: readonly (Dimension | Fact)[];
}

/**
 * All tables, parents before children. A table may refer to itself.
 * @throws TypeError when a column refers to a table that is not in the model, or tables refer in a circle
 */
export function loadOrder({ calendar, tables }: Model): readonly WarehouseTable[] {
  const byName = new Map<string, WarehouseTable>([calendar, ...tables].map((table) => [table.name, table]));
  const ordered = new Set<WarehouseTable>();
  const visit = (table: WarehouseTable, path: readonly string[]): void => {
    if (path.includes(table.name))
      throw new TypeError(`tables refer in a circle: ${[...path, table.name].join(" → ")}`);
    for (const name of referencesOf(table)) {
      const parent = byName.get(name);
      if (parent === undefined)
        throw new TypeError(`${table.name} refers to ${name}, which is not in the model`);
      if (parent !== table && !ordered.has(parent)) visit(parent, [...path, table.name]);
    }
    ordered.add(table);
  };
  for (const table of byName.values()) visit(table, []);
  return [...ordered];
}

/**
 * The shape of the tables, as a text: names, columns, types, keys and references. Models with the same shape can share
 * a processed log and a warehouse. They may compute values differently and have other contracts.
 */
export function modelShape({ calendar, tables }: Model): string {
  const shapes = [calendar, ...tables].map((table) => {
    const columns = Object.entries<Column | CalendarColumn>(table.columns).map(([name, column]) => {
      const parent =
        "references" in column ? ` references ${column.references}${insteadOfParent(column.otherwise)}` : "";
      return `${name} ${typeName(column.type)}${column.nullable ? "?" : ""}${parent}`;
    });
    const surrogate = table.kind === "fact" ? ` ${table.surrogateKey} ${table.currentView}` : "";
    const history =
      table.kind === "dimension" && table.history !== undefined ? ` with history ${table.history}` : "";
    const shape = `${table.kind} ${table.name} by ${table.key.join(", ")}${surrogate}${history} (${columns.join(", ")})`;
    return [shape, ...severalColumns(table, tables), ...memberKeys(table)].join(" ");
  });
  return shapes.sort().join("\n");
}

const severalColumns = (table: WarehouseTable, tables: readonly WarehouseTable[]): string[] =>
  referencesIn(table)
    .filter(({ columns }) => columns.length > 1)
    .map((reference) => {
      const key = tables.find(({ name }) => name === reference.to)?.key ?? [];
      const columns = inKeyOrder(reference, key).join(", ");
      return `(${columns}) references ${reference.to}${insteadOfParent(reference)}`;
    });

const insteadOfParent = ({ whenMissing, whenNull }: MembersInstead = {}): string =>
  (whenMissing === undefined ? "" : ` or ${JSON.stringify(whenMissing)}`) +
  (whenNull === undefined ? "" : ` or, of NULL, ${JSON.stringify(whenNull)}`);

/** The other values of a member may change, because every load updates them. */
function memberKeys(table: WarehouseTable): string[] {
  if (table.kind !== "dimension") return [];
  return Object.entries(table.members ?? {}).map(([name, member]) => {
    const values = table.key.map((column) => String(memberValue(member, column)));
    return `with ${JSON.stringify([name, ...values])}`;
  });
}

/** The contracts of all source tables that the model reads, by name. */
export function contractsOf({ tables }: Model): ReadonlyMap<string, SourceTable> {
  const sources = tables.flatMap((table) => feedsOf(table).flatMap(sourcesOf));
  return new Map(sources.map((source) => [source.name, source]));
}
