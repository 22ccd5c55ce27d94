import { BOOKKEEPING } from "../../warehouse/bookkeeping";
import { isMirrorName } from "../../warehouse/mirror/mirrored-table";
import { columnForm, tableForm } from "../../warehouse/target";
import { VALIDITY } from "../../warehouse/history";
import { LONGEST_NAME, nameBytes } from "../../sql";
import type { Model } from "../model";
import { tombstoneName, type Dimension, type Fact, type WarehouseTable } from "../table";

/** A warehouse may use slightly different table names, so similar names count as equal. */
export function nameProblems({ calendar, tables }: Model): string[] {
  const names = [
    ...BOOKKEEPING.map(({ name }) => ({ name, what: `the loader's own table ${name}` })),
    ...[calendar, ...tables].map(({ name }) => ({ name, what: `the table ${name}` })),
    ...[...new Set(tables)].flatMap(namesOf),
  ];
  const seen = new Map<string, string>();
  const mirrored = [calendar, ...tables].filter(({ name }) => isMirrorName(name));
  const taken = mirrored.map(
    ({ name }) => `the table ${name} has a name that only a mirrored table has: rename it`,
  );
  const alike = names.flatMap(({ name, what }) => {
    const other = seen.get(tableForm(name));
    seen.set(tableForm(name), other ?? what);
    if (other === undefined) return [];
    return [
      other === what
        ? `${what} is in the model twice: list it once, or rename one of them`
        : `${other} and ${what} have the same name: rename one of them`,
    ];
  });
  return [
    ...alike,
    ...taken,
    ...[calendar, ...tables].flatMap((table) => [
      ...impossibleNames(table),
      ...systemColumns(table),
      ...columnsOfHistory(table),
    ]),
  ];
}

/** PostgreSQL gives every table these columns (PostgreSQL manual, "System Columns"). */
const SYSTEM_COLUMNS: readonly string[] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

function systemColumns(table: WarehouseTable): string[] {
  const columns = [...Object.keys(table.columns), ...(table.kind === "fact" ? [table.surrogateKey] : [])];
  return columns
    .filter((name) => SYSTEM_COLUMNS.includes(name))
    .map(
      (name) => `the column ${table.name}.${name} has the name of a system column of PostgreSQL: rename it`,
    );
}

/** Names that PostgreSQL would truncate or refuse. */
function impossibleNames(table: WarehouseTable): string[] {
  const names = [
    { name: table.name, what: `the table ${table.name}` },
    ...Object.keys(table.columns).map((name) => ({ name, what: `the column ${table.name}.${name}` })),
    ...(table.kind === "fact"
      ? [
          { name: table.currentView, what: `the current view ${table.currentView}` },
          { name: table.surrogateKey, what: `the column ${table.name}.${table.surrogateKey}` },
        ]
      : []),
    ...(table.kind === "dimension" && table.history !== undefined
      ? [{ name: table.history, what: `the history ${table.history}` }]
      : []),
  ];
  return names.flatMap(({ name, what }) => {
    const bytes = nameBytes(name);
    if (bytes > LONGEST_NAME)
      return [`${what} has a name of ${bytes} bytes, and PostgreSQL keeps ${LONGEST_NAME}: shorten it`];
    return bytes === 0 || name.includes("\0")
      ? [`${what} has an empty name, or one with a NUL in it: give it another`]
      : [];
  });
}

/** The names of the objects that belong to a table. */
function namesOf(table: Dimension | Fact): { readonly name: string; readonly what: string }[] {
  if (table.kind === "dimension")
    return table.history === undefined
      ? []
      : [{ name: table.history, what: `the history ${table.history} of ${table.name}` }];
  return [
    { name: table.currentView, what: `the current view ${table.currentView} of ${table.name}` },
    { name: tombstoneName(table), what: `the table ${tombstoneName(table)} of the deleted of ${table.name}` },
  ];
}

/** A warehouse may use slightly different column names, so similar names count as equal. */
function columnsOfHistory(table: WarehouseTable): string[] {
  if (table.kind !== "dimension" || table.history === undefined) return [];
  const { history, name } = table;
  const own = Object.values(VALIDITY).map(columnForm);
  return Object.keys(table.columns)
    .filter((column) => own.includes(columnForm(column)))
    .map(
      (column) =>
        `the column ${name}.${column} has the name of a column that the history ${history} adds: rename it`,
    );
}
