import type { DraftTable, ForeignKey } from "./catalogue";
import { snakeCase } from "./names";
import { isOptional, readColumns, type Star } from "./star";
import { tableFile, type TableFile } from "./table-file";

/** The longest chain of joins in a dimension: customer → address → city → country. */
const MOST_JOINS = 3;

/** The file of a dimension: its columns, and the texts of the tables that it refers to. */
export function dimensionFile(table: DraftTable, star: Star, constant: string): string {
  const source = star.contractOf.get(table.name) ?? "";
  const file = tableFile(source);
  for (const { column, kind } of readColumns(table)) {
    if (kind === "bytea")
      file.note(`${column.name} holds bytes: add it if people need them in the warehouse.`);
    else file.column(column.name, `own.copy(${JSON.stringify(column.name)})`);
  }
  joinTexts(file, star, { table, from: "own", prefix: "", path: [table.name], left: false });
  const name = star.warehouseOf.get(table.name) ?? "";
  return file.finish({
    kind: "dimension",
    constant,
    name,
    description: table.comment ?? `The latest version of each row of ${table.name}.`,
    source,
    key: table.key,
  });
}

interface Step {
  readonly table: DraftTable;
  /** The constant from whose columns the joins begin. */
  readonly from: string;
  readonly prefix: string;
  /** The tables on the path. */
  readonly path: readonly string[];
  /** True if the row may be missing. */
  readonly left: boolean;
}

function joinTexts(file: TableFile, star: Star, step: Step): void {
  const { table, from, path } = step;
  for (const foreignKey of star.foreignKeysOf(table)) {
    const target = star.byName.get(foreignKey.to);
    const isSelf = foreignKey.to === table.name && path.length === 1;
    if (target === undefined || star.roleOf(target.name) === "fact") continue;
    if (path.length > MOST_JOINS || (path.includes(target.name) && !isSelf)) continue;
    const left = step.left || isOptional(table, foreignKey);
    const name = nameOf(foreignKey);
    const prefix = step.prefix === "" ? name : `${step.prefix}_${name}`;
    const constant = file.join({
      from,
      kind: left ? "leftJoin" : "innerJoin",
      on: foreignKey,
      to: star.contractOf.get(target.name) ?? "",
      name: `of_${prefix}`.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    });
    const before = file.size();
    for (const { column, kind } of readColumns(target)) {
      if (kind !== "text" || target.key.includes(column.name)) continue;
      file.column(prefixed(prefix, column.name), `${constant}.copy(${JSON.stringify(column.name)})`);
    }
    if (!isSelf)
      joinTexts(file, star, { table: target, from: constant, prefix, path: [...path, target.name], left });
    // A join without columns is not declared.
    if (file.size() === before) file.withdraw(constant);
  }
}

/** The meaning of the reference: `reports_to`, or `manager` for `manager_id`. */
export const nameOf = ({ columns, to }: ForeignKey): string => {
  const [only] = columns;
  return snakeCase(columns.length === 1 && only !== undefined ? only.replace(/_?id$/i, "") || to : to);
};

/** `category` and `category_name` become `category_name`; `manager` and `name` become `manager_name`. */
const prefixed = (prefix: string, column: string): string => {
  const name = snakeCase(column);
  const last = prefix.split("_").at(-1) ?? "";
  return name.startsWith(`${last}_`) && prefix !== last
    ? `${prefix}_${name.slice(last.length + 1)}`
    : name.startsWith(`${prefix}_`) || name === prefix
      ? name
      : `${prefix}_${name}`;
};
