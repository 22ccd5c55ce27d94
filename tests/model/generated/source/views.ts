import { identifier, literal } from "../../../../domain/sql";
import type { SourceColumnDesign, SourceDesign } from "./sources";
import { ROW_PLACE, ROW_TABLE, ROW_VERSION, VIEW_SCHEMA } from "./view-names";

export const createViews = (sources: readonly SourceDesign[]): readonly string[] => [
  `CREATE SCHEMA ${identifier(VIEW_SCHEMA)}`,
  ...sources.map(createView),
];

function createView({ table, view, columns, typesIn }: SourceDesign): string {
  const shown = columns.map(({ name, kind, formerly, isAbsent }) =>
    isAbsent === true
      ? `NULL::${kind.sql(typesIn)} AS ${identifier(name)}`
      : `${identifier(formerly ?? name)} AS ${identifier(name)}`,
  );
  return `CREATE VIEW ${view} AS SELECT ${[...shown, `tableoid AS ${ROW_TABLE}`, `ctid AS ${ROW_PLACE}`, `xmin AS ${ROW_VERSION}`].join(", ")} FROM ${table}`;
}

/** True, as SQL, if the table has the column now. */
const has = (table: string, column: string): string =>
  `EXISTS (SELECT FROM pg_attribute WHERE attrelid = ${literal(table)}::regclass AND attname = ${literal(column)} AND NOT attisdropped)`;

const inBlock = (lines: readonly string[]): string => `DO $marble$ BEGIN ${lines.join(" ")} END $marble$`;

const formerOf = ({
  columns,
}: SourceDesign): readonly Required<Pick<SourceColumnDesign, "name" | "formerly">>[] =>
  columns.flatMap(({ name, formerly }) => (formerly === undefined ? [] : [{ name, formerly }]));

/** Gives one column, or all, the name of the contract. */
export const renameColumns = (source: SourceDesign, pick: number): string => {
  const former = formerOf(source);
  const some = pick % 2 === 0 ? former : former.slice(pick % Math.max(former.length, 1)).slice(0, 1);
  return inBlock(
    some.map(
      ({ name, formerly }) =>
        `IF ${has(source.table, formerly)} THEN ALTER TABLE ${source.table} RENAME COLUMN ${identifier(formerly)} TO ${identifier(name)}; END IF;`,
    ),
  );
};

/** Adds the columns that the source did not have. Earlier rows get one value, and later rows get another. */
export function addAbsentColumns({ table, view, columns, typesIn }: SourceDesign): string {
  const absent = columns.filter(({ isAbsent }) => isAbsent === true);
  const [first] = absent;
  if (first === undefined) return inBlock([]);
  const added = absent.map(({ name, kind }) => {
    const [now = "NULL", later = now] = kind.values;
    const column = identifier(name);
    return `ALTER TABLE ${table} ADD COLUMN ${column} ${kind.sql(typesIn)} DEFAULT ${now}; ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${later};`;
  });
  // The names of renamed columns are those of the moment.
  const shown = `SELECT string_agg(format('%I AS %I', a.attname, c.shown), ', ' ORDER BY c.place) FROM (VALUES ${columns
    .map(({ name, formerly }, place) => `(${place}, ${literal(name)}, ${literal(formerly ?? name)})`)
    .join(
      ", ",
    )}) AS c (place, shown, former) JOIN pg_attribute a ON a.attrelid = ${literal(table)}::regclass AND a.attname IN (c.shown, c.former)`;
  return inBlock([
    `IF NOT ${has(table, first.name)} THEN`,
    ...added,
    `DROP VIEW ${view}; EXECUTE 'CREATE VIEW ' || ${literal(view)} || ' AS SELECT ' || (${shown}) || ${literal(`, tableoid AS ${ROW_TABLE}, ctid AS ${ROW_PLACE}, xmin AS ${ROW_VERSION} FROM ${table}`)};`,
    "END IF;",
  ]);
}
