import type { DraftColumn, DraftTable, ForeignKey } from "./catalogue";
import { draftKeyType, draftTypeIn } from "./column-types";
import { constantName, warehouseName } from "./names";
import { usableForeignKeys, type Role, type TableRole } from "./roles";

/** The tables of a source with their roles and their names in the draft. */
export interface Star {
  readonly byName: ReadonlyMap<string, DraftTable>;
  readonly roleOf: (name: string) => Role;
  /** The constant of each contract in `sources.ts`. */
  readonly contractOf: ReadonlyMap<string, string>;
  /** The warehouse table of each fact and dimension. */
  readonly warehouseOf: ReadonlyMap<string, string>;
  readonly foreignKeysOf: (table: DraftTable) => readonly ForeignKey[];
}

export function starOf(roles: readonly TableRole[]): Star {
  const byName = new Map(roles.map(({ table }) => [table.name, table]));
  const roleByName = new Map(roles.map(({ table, role }) => [table.name, role]));
  const read = roles.filter(({ role }) => role !== "left out");
  const constants = new Set<string>();
  const names = new Set<string>(["dim_date"]);
  return {
    byName,
    roleOf: (name) => roleByName.get(name) ?? "left out",
    contractOf: new Map(read.map(({ table }) => [table.name, constantName(table.name, constants)])),
    warehouseOf: new Map(
      read
        .filter(({ role }) => role !== "joined")
        .map(({ table, role }) => [
          table.name,
          warehouseName(role === "fact" ? "fact" : "dim", table.name, names),
        ]),
    ),
    foreignKeysOf: (table) => usableForeignKeys(table, byName),
  };
}

/** The columns of a table that its contract reads, with their declared types. */
export const readColumns = (
  table: DraftTable,
): readonly { readonly column: DraftColumn; readonly kind: string }[] =>
  table.columns.flatMap((column) => {
    const type = draftTypeIn(table, column);
    return type === undefined ? [] : [{ column, kind: type.kind }];
  });

function columnOf(table: DraftTable, name: string): DraftColumn {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new TypeError(`${table.name} has no column ${name}`);
  return column;
}

/** True if a row may lack its parent, because one of the referring columns may be NULL. */
export const isOptional = (table: DraftTable, { columns }: ForeignKey): boolean =>
  columns.some((name) => columnOf(table, name).nullable);

/** True if the referring columns have the types of the key, as the model requires. */
export function hasKeyTypes(star: Star, table: DraftTable, { columns, to, toColumns }: ForeignKey): boolean {
  const target = star.byName.get(to);
  if (target === undefined) return false;
  return columns.every(
    (name, place) =>
      draftKeyType(columnOf(table, name))?.code ===
      draftKeyType(columnOf(target, toColumns[place] ?? ""))?.code,
  );
}
