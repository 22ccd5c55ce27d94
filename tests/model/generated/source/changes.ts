import fc from "fast-check";
import { identifier } from "../../../../domain/sql";
import type { SourceChange } from "../../fixture";
import type { Changes } from "../../histories/histories";
import { insertRow, keyValues, KEYS, valuesOf } from "./rows";
import type { SourceDesign } from "./sources";
import { ROW, ROW_LIST } from "./view-names";
import { addAbsentColumns, renameColumns } from "./views";

/** A change of the rows of a table, or of the table. */
export interface RowChange {
  readonly do: (typeof CHANGES)[number] | (typeof ALTERATIONS)[number];
  readonly table: number;
  /** The position of the row among the existing rows. */
  readonly pick: number;
  /** A possible key. */
  readonly key: number;
  /** Possible values. */
  readonly seed: number;
}

const CHANGES = [
  "insert",
  "insert",
  "insert",
  "amend",
  "amend",
  "amend",
  "amend",
  "touch",
  "delete",
  "delete",
  "reinsert",
  "rekey",
  "takeOverKey",
  "spoil",
  "repair",
  "refer",
  "refer",
] as const;

const ALTERATIONS = [
  "alter: vacuumFull",
  "alter: vacuumFull",
  "alter: addColumn",
  "alter: addVolatileColumn",
  "alter: reload",
  "alter: reload",
  "alter: empty",
  "alter: widenUnread",
  "alter: renameColumns",
  "alter: renameColumns",
  "alter: addAbsentColumns",
  "alter: addAbsentColumns",
] as const;

const changeOf = (...kinds: readonly RowChange["do"][]): fc.Arbitrary<RowChange> =>
  fc.record({
    do: fc.constantFrom(...kinds),
    table: fc.nat(11),
    pick: fc.nat(11),
    key: fc.nat(KEYS - 1),
    seed: fc.nat(99),
  });

export const rowChanges: Changes<RowChange> = {
  change: changeOf(...CHANGES),
  alteration: changeOf(...ALTERATIONS),
};

/** @param serial distinguishes changes of the same kind */
export function sourceChangeOf(
  sources: readonly SourceDesign[],
  change: RowChange,
  serial: number,
): SourceChange {
  const source = sources[change.table % sources.length];
  if (source === undefined) throw new RangeError("there is no such table");
  return { what: change.do, sql: statementOf(sources, source, change, serial), values: [] };
}

const listed = (names: readonly string[]): string => names.map(identifier).join(", ");

const assigned = (values: Iterable<readonly [string, string]>): string =>
  [...values].map(([name, value]) => `${identifier(name)} = ${value}`).join(", ");

/** A condition that selects one of the existing rows. */
const isRow = ({ view, key }: SourceDesign, pick: number): string =>
  `${ROW} = (SELECT ${ROW_LIST} FROM ${view} ORDER BY ${listed(key)} ` +
  `OFFSET (${pick} % GREATEST((SELECT count(*) FROM ${view}), 1)) LIMIT 1)`;

function statementOf(
  sources: readonly SourceDesign[],
  source: SourceDesign,
  change: RowChange,
  serial: number,
): string {
  const { table, view, key } = source;
  const columns = source.columns.filter(({ isAbsent }) => isAbsent !== true);
  const all = listed(columns.map(({ name }) => name));
  const index = sources.indexOf(source);
  const row = isRow(source, change.pick);
  const update = (values: Iterable<readonly [string, string]>): string =>
    `UPDATE ${view} SET ${assigned(values)} WHERE ${row}`;
  const itself = key.slice(0, 1).map((name) => [name, identifier(name)] as const);
  const values = [...valuesOf(sources, source, change.seed)];
  const bad = columns.flatMap(({ name, kind }) => (kind.bad === undefined ? [] : [[name, kind] as const]));
  const nulls = columns.filter(({ claimed }) => claimed);
  switch (change.do) {
    case "insert":
      return insertRow(sources, index, change.key, change.seed);
    case "amend":
      return update(values.length > 0 ? values : itself);
    case "touch":
      return update(itself);
    case "refer": {
      const referring = new Set(source.references.flatMap((reference) => reference.columns));
      const some = values.filter(([name]) => referring.has(name));
      return update(some.length > 0 ? some : itself);
    }
    case "spoil": {
      const spoilt = [
        ...bad.map(([name, kind]) => [name, kind.bad?.value ?? "NULL"] as const),
        ...nulls.map(({ name }) => [name, "NULL"] as const),
      ];
      return update(spoilt.length > 0 ? [spoilt[change.seed % spoilt.length] ?? spoilt[0]!] : itself);
    }
    case "repair": {
      const corrected = new Map([
        ...bad.map(([name, kind]) => [name, kind.values[0] ?? "NULL"] as const),
        ...nulls.map(({ name, kind }) => [name, kind.values[0] ?? "NULL"] as const),
      ]);
      return corrected.size > 0 ? `UPDATE ${view} SET ${assigned(corrected)}` : update(itself);
    }
    case "delete":
      return `DELETE FROM ${view} WHERE ${row}`;
    case "rekey":
      return update(
        key.map((name, at) => [name, keyValues(sources, index, change.key)[at] ?? "NULL"] as const),
      );
    case "reinsert":
      return inBlock(
        view,
        `DELETE FROM ${view} WHERE ${row} RETURNING * INTO "marble old"; ` +
          `IF FOUND THEN INSERT INTO ${view} (${all}) SELECT ${columns.map(({ name }) => `"marble old".${identifier(name)}`).join(", ")}; END IF;`,
      );
    case "takeOverKey":
      return inBlock(
        view,
        `DELETE FROM ${view} WHERE ${row} RETURNING * INTO "marble old"; IF FOUND THEN UPDATE ${view} ` +
          `SET ${assigned(key.map((name) => [name, `"marble old".${identifier(name)}`] as const))} ` +
          `WHERE ${ROW} = (SELECT ${ROW_LIST} FROM ${view} ORDER BY ${key.map((name) => `${identifier(name)} DESC`).join(", ")} LIMIT 1); END IF;`,
      );
    case "alter: vacuumFull":
      return `VACUUM FULL ${table}`;
    case "alter: addColumn":
      return `ALTER TABLE ${table} ADD COLUMN "note ${serial}" text DEFAULT 'none'`;
    case "alter: addVolatileColumn":
      return `ALTER TABLE ${table} ADD COLUMN "note ${serial}" text DEFAULT clock_timestamp()::text`;
    case "alter: reload":
      return `CREATE TEMP TABLE kept ON COMMIT DROP AS TABLE ${table}; TRUNCATE ${table}; INSERT INTO ${table} TABLE kept`;
    case "alter: empty":
      return `TRUNCATE ${table}`;
    case "alter: renameColumns":
      return renameColumns(source, change.seed);
    case "alter: addAbsentColumns":
      return addAbsentColumns(source);
    case "alter: widenUnread":
      return `ALTER TABLE ${table} ALTER COLUMN ${identifier(source.unread)} TYPE varchar(${3 + serial})`;
  }
}

const inBlock = (view: string, body: string): string =>
  `DO $marble$ #variable_conflict use_column\nDECLARE "marble old" ${view}%ROWTYPE; BEGIN ${body} END $marble$`;
