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
  addJoins(file, star, pathsFrom(star, { table, path: [table.name], left: false }));
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

/** A way to a row of another table, and the ways on from there. */
interface Path {
  readonly table: DraftTable;
  readonly by: ForeignKey;
  /** True if the row may be missing. */
  readonly left: boolean;
  /** The columns worth a copy. */
  readonly texts: readonly string[];
  readonly further: readonly Path[];
}

interface Step {
  readonly table: DraftTable;
  /** The tables on the way. */
  readonly path: readonly string[];
  readonly left: boolean;
}

/** The ways from a table to rows with texts. */
function pathsFrom(star: Star, { table, path, left }: Step): readonly Path[] {
  return star.foreignKeysOf(table).flatMap((by): Path[] => {
    const target = star.byName.get(by.to);
    const isSelf = by.to === table.name && path.length === 1;
    if (target === undefined || star.roleOf(target.name) === "fact") return [];
    if (path.length > MOST_JOINS || (path.includes(target.name) && !isSelf)) return [];
    const mayLack = left || isOptional(table, by);
    const referring = new Set(star.foreignKeysOf(target).flatMap(({ columns }) => columns));
    const texts = readColumns(target)
      .filter(({ column, kind }) => kind === "text" && !target.key.includes(column.name))
      .filter(({ column }) => !referring.has(column.name))
      .map(({ column }) => column.name);
    const further = isSelf
      ? []
      : pathsFrom(star, { table: target, path: [...path, target.name], left: mayLack });
    return texts.length + further.length === 0 ? [] : [{ table: target, by, left: mayLack, texts, further }];
  });
}

/**
 * The last step names a joined row: `city`. If several ways end so, the first step is added: `bill_to_address_city`. If
 * that is not enough, all steps are.
 */
function addJoins(file: TableFile, star: Star, paths: readonly Path[]): void {
  const waysOf = (of: readonly Path[], way: readonly string[]): readonly (readonly string[])[] =>
    of.flatMap(({ by, further }) => {
      const own = [...way, nameOf(by)];
      return [own, ...waysOf(further, own)];
    });
  const ways = waysOf(paths, []);
  const shortened = [
    (way: readonly string[]): string => way.slice(-1).join("_"),
    (way: readonly string[]): string => [...way.slice(0, 1), ...way.slice(1).slice(-1)].join("_"),
  ];
  const rowName = (way: readonly string[]): string => {
    const shorten = shortened.find((one) => ways.filter((other) => one(other) === one(way)).length === 1);
    return shorten?.(way) ?? way.join("_");
  };
  const add = ({ table, by, left, texts, further }: Path, from: string, before: readonly string[]): void => {
    const way = [...before, nameOf(by)];
    const name = rowName(way);
    const constant = file.join({
      from,
      kind: left ? "leftJoin" : "innerJoin",
      on: by,
      to: star.contractOf.get(table.name) ?? "",
      name: `of_${name}`.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    });
    for (const column of texts)
      file.column(prefixed(name, column), `${constant}.copy(${JSON.stringify(column)})`);
    for (const path of further) add(path, constant, way);
  };
  for (const path of paths) add(path, "own", []);
}

/** The table without its schema, which a table of a further schema has in its name. */
const plainName = (table: string): string => table.split(".").at(-1) ?? table;

/** The meaning of the reference: `reports_to`, or `manager` for `manager_id`, or the table for a composite key. */
export const nameOf = ({ columns, to }: ForeignKey): string => {
  const [only] = columns;
  const table = plainName(to);
  const meaning = columns.length === 1 && only !== undefined ? only.replace(/_?(id|code|no)$/i, "") : "";
  return snakeCase(meaning === "" ? table : meaning);
};

/** `category` and `category_name` become `category_name`; `manager` and `name` become `manager_name`. */
const prefixed = (prefix: string, column: string): string => {
  const name = snakeCase(column);
  const last = prefix.split("_").at(-1) ?? "";
  if (last === name) return prefix;
  return name.startsWith(`${last}_`) && prefix !== last
    ? `${prefix}_${name.slice(last.length + 1)}`
    : name.startsWith(`${prefix}_`) || name === prefix
      ? name
      : `${prefix}_${name}`;
};
