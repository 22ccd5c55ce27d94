import { identifier, literal, qualified } from "../../sql";
import { columnDefinition, type HeldColumn, type HeldTable } from "./held-table";

/** The changes that give a mirror the present schema of its source table, before and after the rows of a part. */
export interface SchemaSteps {
  /** Statements to run before the rows are written. */
  readonly before: readonly string[];
  /** Statements to run after the rows: constraints that only the new rows satisfy. */
  readonly after: readonly string[];
  /** Columns to drop, because they no longer exist or have another type. */
  readonly dropped: readonly string[];
  /** True if other columns identify the rows from now on. */
  readonly isRekeyed: boolean;
  /** True if existing rows lack values, so that all rows must be captured. */
  readonly needsRows: boolean;
}

/** The statements that create the mirror of a table. */
export function createMirror(schema: string, table: string, wanted: HeldTable): SchemaSteps {
  const into = qualified(schema, table);
  return {
    before: [
      `CREATE TABLE ${into} (${wanted.columns.map(columnDefinition).join(", ")})`,
      ...comments(into, wanted, { comment: null, columns: [] }),
    ],
    after: constraints(into, { wanted, was: [], isRekeyed: true }),
    dropped: [],
    isRekeyed: true,
    needsRows: true,
  };
}

/** The statements that change the mirror of a table; empty when its schema is unchanged. */
export function alterMirror(
  schema: string,
  table: string,
  { held, wanted }: { readonly held: HeldTable; readonly wanted: HeldTable },
): SchemaSteps {
  const into = qualified(schema, table);
  const alter = (action: string): string => `ALTER TABLE ${into} ${action}`;
  const before = earlierColumns(held, wanted);
  const kept = wanted.columns.flatMap((column) => {
    const was = before.get(column);
    return was === undefined ? [] : [{ was, column }];
  });
  const dropped = held.columns.filter((column) => !kept.some(({ was }) => was === column));
  const added = wanted.columns.filter((column) => !before.has(column));
  const renamed = kept.filter(({ was, column }) => was.name !== column.name);
  const nameNow = new Map(kept.map(({ was, column }) => [was.name, column.name]));
  const isRekeyed = JSON.stringify(held.key.map((name) => nameNow.get(name))) !== JSON.stringify(wanted.key);
  const inTheWay = kept.filter(({ was, column }) => !was.nullable && column.nullable);
  return {
    before: [
      ...(isRekeyed && held.key.length > 0 ? [dropKey(schema, table)] : []),
      ...dropped.map(({ name }) => alter(`DROP COLUMN ${identifier(name)}`)),
      // Two columns may have swapped names.
      ...renamed.map(({ was }, index) => alter(`RENAME ${identifier(was.name)} TO ${passing(index)}`)),
      ...renamed.map(({ column }, index) => alter(`RENAME ${passing(index)} TO ${identifier(column.name)}`)),
      ...inTheWay.map(({ column }) => alter(`ALTER ${identifier(column.name)} DROP NOT NULL`)),
      ...added.map((column) => alter(`ADD COLUMN ${columnDefinition(column)}`)),
      ...comments(into, wanted, { comment: held.comment, columns: [...before.entries()] }),
    ],
    after: constraints(into, { wanted, was: [...before.entries()], isRekeyed }),
    dropped: dropped.map(({ name }) => name),
    isRekeyed,
    needsRows: isRekeyed || added.length > 0,
  };
}

/** A temporary name that no user's column has. */
const passing = (index: number): string => identifier(`marble renames ${index}`);

/** The previous state of each column. A column with another type counts as another column: it is dropped and added. */
function earlierColumns(held: HeldTable, wanted: HeldTable): ReadonlyMap<HeldColumn, HeldColumn> {
  const numbered =
    held.identity === wanted.identity &&
    [...held.columns, ...wanted.columns].every(({ number }) => number !== null);
  const was = new Map(held.columns.map((column) => [numbered ? column.number : column.name, column]));
  return new Map(
    wanted.columns.flatMap((column): [HeldColumn, HeldColumn][] => {
      const earlier = was.get(numbered ? column.number : column.name);
      return earlier?.type === column.type ? [[column, earlier]] : [];
    }),
  );
}

type Pairs = readonly (readonly [now: HeldColumn, was: HeldColumn])[];

function comments(
  into: string,
  { comment, columns }: HeldTable,
  was: { readonly comment: string | null; readonly columns: Pairs },
): string[] {
  const before = new Map(was.columns);
  const says = (text: string | null): string => (text === null ? "NULL" : literal(text));
  return [
    ...(comment === was.comment ? [] : [`COMMENT ON TABLE ${into} IS ${says(comment)}`]),
    ...columns
      .filter((column) => column.comment !== (before.get(column)?.comment ?? null))
      .map((column) => `COMMENT ON COLUMN ${into}.${identifier(column.name)} IS ${says(column.comment)}`),
  ];
}

function constraints(
  into: string,
  {
    wanted: { key, columns },
    was,
    isRekeyed,
  }: { readonly wanted: HeldTable; readonly was: Pairs; readonly isRekeyed: boolean },
): string[] {
  const before = new Map(was);
  const required = columns.filter((column) => !column.nullable && before.get(column)?.nullable !== false);
  return [
    ...required.map(({ name }) => `ALTER TABLE ${into} ALTER ${identifier(name)} SET NOT NULL`),
    ...(isRekeyed && key.length > 0
      ? [`ALTER TABLE ${into} ADD PRIMARY KEY (${key.map(identifier).join(", ")})`]
      : []),
  ];
}

/** PostgreSQL chose the name of the constraint, and drops it with any of its columns. */
const dropKey = (schema: string, table: string): string =>
  `DO ${literal(`
DECLARE statement text;
BEGIN
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) INTO statement
    FROM pg_constraint WHERE contype = 'p' AND conrelid = ${literal(qualified(schema, table))}::regclass;
  IF statement IS NOT NULL THEN EXECUTE statement; END IF;
END`)}`;
