import type { WarehouseTable } from "../model/table";
import { identifier, literal, qualified } from "../sql";
import { BOOKKEEPING, TABLES } from "../warehouse/bookkeeping";
import { VALIDITY } from "../warehouse/history";
import type { TargetTable } from "../warehouse/target";
import type { Mart } from "./mart";

/** Where a warehouse has the tables of the model. */
export interface Stars {
  readonly schema: string;
  /** By their names in the model. */
  readonly targets: ReadonlyMap<string, TargetTable>;
}

/** A mart as a view of one warehouse. */
export interface MartView {
  readonly name: string;
  readonly comment: string;
  /** the meaning of each column */
  readonly columns: Readonly<Record<string, string>>;
  readonly select: string;
}

/**
 * A mart with the names of a warehouse. Each table that it names is prepended as a subquery that gives the columns
 * their names in the model. The planner sees through these subqueries.
 */
export function martView(mart: Mart, stars: Stars): MartView {
  const tables = [...stars.targets.values()].map(({ table }) => table);
  const relations = [...relationsOf(stars)]
    .filter(([name]) => isNamed(name, mart.sql))
    .map(([name, select]) => `${identifier(name)} AS NOT MATERIALIZED (${select})`);
  const read = tablesOf(mart, tables);
  const comment = [
    mart.question,
    `One row for ${mart.row}.${mart.note === undefined ? "" : ` ${mart.note}`}`,
    // A mart may read only what the loader keeps.
    ...(read.length === 0
      ? []
      : [`Reads ${read.join(", ")}. How current they are: SELECT * FROM ${qualified(stars.schema, TABLES)}`]),
    "Kept up to date by Marble: changes made here are lost. Create another view for your own changes.",
  ].join("\n");
  const { name } = mart;
  const columns = Object.fromEntries(
    Object.entries(mart.columns).map(([column, { meaning }]) => [column, meaning]),
  );
  // As a subquery, the SELECT of a mart may begin with WITH.
  const statement = mart.sql.trim().replace(/;$/, "");
  const select = `WITH ${relations.join(",\n     ")}\nSELECT * FROM (\n${statement}\n) AS mart`;
  return { name, comment, columns, select };
}

/** The names that a mart may use: tables, current views of facts, and the loader's bookkeeping tables. */
export const readableNames = (tables: readonly WarehouseTable[]): readonly string[] => [
  ...tables.flatMap(namesOf),
  ...BOOKKEEPING.map(({ name }) => name),
];

function namesOf(table: WarehouseTable): readonly string[] {
  if (table.kind === "fact") return [table.currentView, table.name];
  return table.kind === "dimension" && table.history !== undefined
    ? [table.name, table.history]
    : [table.name];
}

/** True if a statement names it. SQL ignores case. */
export const isNamed = (name: string, sql: string): boolean => new RegExp(`\\b${name}\\b`, "i").test(sql);

/** The tables of the model that a mart reads. */
export const tablesOf = (mart: Pick<Mart, "sql">, tables: readonly WarehouseTable[]): readonly string[] =>
  tables.filter((table) => namesOf(table).some((name) => isNamed(name, mart.sql))).map(({ name }) => name);

/** The relations that a mart may name, with the statement that reads each. */
function relationsOf({ schema, targets }: Stars): Map<string, string> {
  const relations = new Map<string, string>();
  for (const { table, name, columns, surrogateKey } of targets.values()) {
    const renamed = [...columns].map(([ours, theirs]) => `${identifier(theirs)} AS ${identifier(ours)}`);
    if (table.kind === "fact" && surrogateKey !== undefined) {
      renamed.unshift(`${identifier(surrogateKey)} AS ${identifier(table.surrogateKey)}`);
      relations.set(
        table.currentView,
        `SELECT ${renamed.join(", ")} FROM ${qualified(schema, table.currentView)}`,
      );
    }
    if (table.kind === "dimension" && table.history !== undefined)
      relations.set(
        table.history,
        `SELECT ${[...renamed, ...Object.values(VALIDITY)].join(", ")} FROM ${qualified(schema, table.history)}`,
      );
    relations.set(table.name, `SELECT ${renamed.join(", ")} FROM ${qualified(schema, name)}`);
  }
  for (const { name, columns } of BOOKKEEPING) {
    const all = Object.keys(columns).map(identifier).join(", ");
    relations.set(name, `SELECT ${all} FROM ${qualified(schema, name)}`);
  }
  return relations;
}

/** The mark by which Marble recognizes its marts: the schema of the warehouse, and a digest of the definition. */
export interface MartMark {
  readonly schema: string;
  readonly digest: string;
}

const markLine = ({ schema, digest }: MartMark): string => `marble mart of ${schema}, ${digest}`;

/** The mark in a view's comment; undefined when the comment has none, as in a user's view. */
export function markIn(comment: string): MartMark | undefined {
  const [, schema, digest] = /(?:^|\n)marble mart of (.*), ([0-9a-f]{16})$/.exec(comment) ?? [];
  return schema === undefined || digest === undefined ? undefined : { schema, digest };
}

/** Creates the view, or replaces one with the same columns or fewer. */
export function createMart(martsSchema: string, view: MartView, mark: MartMark): string {
  const name = qualified(martsSchema, view.name);
  const columns = Object.entries(view.columns).map(
    ([column, meaning]) => `COMMENT ON COLUMN ${name}.${identifier(column)} IS ${literal(meaning)}`,
  );
  return [
    `CREATE OR REPLACE VIEW ${name} AS ${view.select}`,
    `COMMENT ON VIEW ${name} IS ${literal(`${view.comment}\n${markLine(mark)}`)}`,
    ...columns,
  ].join(";\n");
}

export const dropMart = (martsSchema: string, name: string): string =>
  `DROP VIEW ${qualified(martsSchema, name)}`;
