import type { DraftColumn, DraftTable, ForeignKey } from "./catalogue";
import { nameOf } from "./dimension-file";
import { snakeCase, unique } from "./names";
import { isEventTime } from "./roles";
import { hasKeyTypes, isOptional, readColumns, type Star } from "./star";
import { tableFile, type TableFile } from "./table-file";

/** The file of a fact: its columns, its references to dimensions, and the columns of its header. */
export function factFile(table: DraftTable, star: Star, constant: string): string {
  const source = star.contractOf.get(table.name) ?? "";
  const file = tableFile(source);
  const foreignKeys = star.foreignKeysOf(table);
  addRow(file, star, { table, from: "own", foreignKeys, only: () => true });
  for (const foreignKey of foreignKeys) addHeader(file, star, table, foreignKey);
  suggestMeasure(file, table);
  suggestCondition(file, table);
  const taken = new Set(table.columns.map(({ name }) => name));
  const base = snakeCase(table.name).slice(0, 40);
  const surrogate = unique(`${base}_record_id`, taken, (number) => `${base}_record_id_${number}`);
  return file.finish({
    kind: "fact",
    constant,
    name: star.warehouseOf.get(table.name) ?? "",
    description: table.comment ?? `Every version of each row of ${table.name}.`,
    source,
    key: table.key,
    rest: [
      `surrogateKey: ${JSON.stringify(surrogate)},`,
      `currentView: ${JSON.stringify(`current_${base}`)},`,
    ],
  });
}

interface Row {
  readonly table: DraftTable;
  readonly from: string;
  readonly foreignKeys: readonly ForeignKey[];
  readonly only: (column: DraftColumn) => boolean;
}

function addRow(file: TableFile, star: Star, { table, from, foreignKeys, only }: Row): void {
  const dimensionOf = (name: string): string | undefined => {
    const foreignKey = foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === name);
    if (foreignKey === undefined || star.roleOf(foreignKey.to) !== "dimension") return undefined;
    return hasKeyTypes(star, table, foreignKey) ? star.warehouseOf.get(foreignKey.to) : undefined;
  };
  for (const { column, kind } of readColumns(table)) {
    if (!only(column)) continue;
    const name = JSON.stringify(column.name);
    const dimension = dimensionOf(column.name);
    if (dimension !== undefined) {
      file.uses("references");
      file.column(column.name, `references(${JSON.stringify(dimension)}, ${from}.copy(${name}))`);
    } else if (kind === "bytea")
      file.note(`${column.name} holds bytes: add it if people need them in the warehouse.`);
    else if (isEventTime(column))
      addTime(file, { column, kind, from, isKey: table.key.includes(column.name) });
    else file.column(column.name, `${from}.copy(${name})`);
  }
  for (const foreignKey of foreignKeys) {
    const dimension = star.warehouseOf.get(foreignKey.to);
    if (foreignKey.columns.length < 2 || dimension === undefined) continue;
    if (star.roleOf(foreignKey.to) !== "dimension" || !hasKeyTypes(star, table, foreignKey)) continue;
    if (foreignKey.columns.every((column) => file.has(column))) file.reference(dimension, foreignKey);
  }
}

/** Adds when something happened. The day refers to the calendar. */
function addTime(
  file: TableFile,
  options: {
    readonly column: DraftColumn;
    readonly kind: string;
    readonly from: string;
    readonly isKey: boolean;
  },
): void {
  const { column, kind, from, isKey } = options;
  const name = JSON.stringify(column.name);
  file.uses("references");
  if (kind === "date") {
    file.column(column.name, `references("dim_date", ${from}.copy(${name}))`);
    return;
  }
  if (isKey) file.column(column.name, `${from}.copy(${name})`);
  const base = column.name.replace(/_?(date|at|time|on|ts|timestamp)$/i, "") || column.name;
  const zone =
    kind === "timestamptz"
      ? `In UTC. For local days: dateOf(${name}, { timeZone: "Europe/London" }).`
      : undefined;
  file.column(`${base}_date`, `references("dim_date", ${from}.dateOf(${name}))`, zone);
  file.column(`${base}_time`, `${from}.timeOf(${name})`);
}

/** A line takes the missing who and when from its header. */
function addHeader(file: TableFile, star: Star, table: DraftTable, foreignKey: ForeignKey): void {
  const header = star.byName.get(foreignKey.to);
  if (header === undefined || header.name === table.name || star.roleOf(header.name) !== "fact") return;
  const foreignKeys = star.foreignKeysOf(header).filter(({ to }) => star.roleOf(to) === "dimension");
  const referring = new Set(foreignKeys.flatMap(({ columns }) => columns));
  const only = (column: DraftColumn): boolean =>
    !file.has(column.name) &&
    !header.key.includes(column.name) &&
    (referring.has(column.name) || isEventTime(column));
  if (!readColumns(header).some(({ column }) => only(column))) return;
  const from = file.join({
    from: "own",
    kind: isOptional(table, foreignKey) ? "leftJoin" : "innerJoin",
    on: foreignKey,
    to: star.contractOf.get(header.name) ?? "",
    name: `of_${nameOf(foreignKey)}`.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  });
  file.note(`From ${header.name}.`);
  addRow(file, star, { table: header, from, foreignKeys, only });
}

/** A column such as `is_deleted` suggests that some rows no longer count, but a person must decide. */
function suggestCondition(file: TableFile, { columns }: DraftTable): void {
  const flag = columns.find(
    ({ name, type }) => /(^|_)(deleted|void|voided|removed)(_|$)/i.test(name) && isFlag(type),
  );
  if (flag === undefined) return;
  file.note(
    `If ${flag.name} marks rows that no longer count, leave them out with where: computed(…): see docs/model.md.`,
  );
}

/** Soft deletes set a flag, or the time of the delete. */
const isFlag = (type: string): boolean => /^(boolean|date|timestamp)/.test(type);

/** Quantity and price suggest an amount, but a person must decide how to round it. */
function suggestMeasure(file: TableFile, { columns }: DraftTable): void {
  const find = (pattern: RegExp): DraftColumn | undefined =>
    columns.find(({ name, type }) => pattern.test(name) && /^(smallint|integer|bigint|numeric\()/.test(type));
  const [quantity, price] = [find(/quantity|qty|units/i), find(/price/i)];
  if (quantity === undefined || price === undefined || quantity === price) return;
  file.note(
    "A measure, such as the amount of the row, is computed(…) of several columns: see docs/model.md.",
  );
}
