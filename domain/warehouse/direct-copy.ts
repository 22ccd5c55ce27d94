import type { ColumnShape } from "../formats/columnar/arrow";
import { keyColumns } from "../model/table";
import type { Kind } from "../model/types";
import { identifier, literal, qualified } from "../sql";
import { missingParents, type Destination } from "./parents";
import type { TargetTable } from "./target";
import { list, namesOf, theirName } from "./values";

/**
 * Fast path that bypasses the staging table: rows are copied into an empty table and written once instead of twice.
 * PostgreSQL checks a foreign key for every inserted row, but with a single join when the key is added to a full table.
 * So the keys of an empty table are dropped before the copy and added again after it. The keys then only show whether
 * some row has no parent. If so, the caller falls back to the staging table.
 */

/** Properties of a table in PostgreSQL, each column a JSON text. */
export interface TableProperties {
  /**
   * True if we may drop its foreign keys and no rule or row-security policy makes COPY behave differently from INSERT.
   */
  readonly plain: boolean;
  readonly foreignKeys: readonly ForeignKey[];
}

interface ForeignKey {
  readonly name: string;
  /** As `pg_get_constraintdef()` prints it. */
  readonly definition: string;
  readonly columns: readonly string[];
  readonly schema: string;
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** True if the existing rows were checked. */
  readonly valid: boolean;
}

/** One row with one column, `properties`. */
export function describeTable(schema: string, target: TargetTable): string {
  const columnNames = (relation: string, numbers: string): string =>
    `(SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(${numbers}) WITH ORDINALITY AS k(attnum, at) ` +
    `JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.attnum)`;
  return (
    "SELECT json_build_object(" +
    "'plain', c.relkind = 'r' AND NOT c.relhasrules AND NOT c.relrowsecurity AND pg_has_role(c.relowner, 'USAGE'), " +
    "'foreignKeys', (SELECT COALESCE(json_agg(json_build_object('name', f.conname, 'definition', pg_get_constraintdef(f.oid), " +
    `'columns', ${columnNames("f.conrelid", "f.conkey")}, 'schema', n.nspname, 'parent', p.relname, ` +
    `'parentColumns', ${columnNames("f.confrelid", "f.confkey")}, 'valid', f.convalidated) ORDER BY f.conname), '[]') ` +
    "FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace " +
    "WHERE f.conrelid = c.oid AND f.contype = 'f'))::text AS properties " +
    `FROM pg_class c WHERE c.oid = to_regclass(${literal(qualified(schema, target.name))})`
  );
}

const TEXTS = ["text", "character varying"];

/** The types with the binary form of each kind of column. Any other type needs a cast in the staging table. */
const SAME_BINARY: Readonly<Record<Kind, readonly string[]>> = {
  integer: ["integer"],
  bigint: ["bigint"],
  text: TEXTS,
  boolean: ["boolean"],
  date: ["date"],
  time: ["time without time zone"],
  timestamp: ["timestamp without time zone"],
  timestamptz: ["timestamp with time zone"],
  decimal: ["numeric"],
  real: ["real"],
  double: ["double precision"],
  bytea: ["bytea"],
  json: ["json", ...TEXTS],
  jsonb: TEXTS,
  interval: TEXTS,
  array: TEXTS,
};

/** `numeric(10,2)` becomes `numeric`, `time(0) without time zone` becomes `time without time zone`. */
const withoutModifier = (declared: string): string => declared.replace(/\([^)]*\)/, "");

/** True if rows of the model can be copied into the present table. */
export const takesCopy = (target: TargetTable, properties: TableProperties): boolean =>
  properties.plain &&
  Object.entries<ColumnShape>(target.table.columns).every(([name, { type }]) =>
    SAME_BINARY[type.kind].includes(withoutModifier(target.types.get(name)?.declared ?? "")),
  );

export function copyIntoTarget(schema: string, target: TargetTable): string {
  const { into, theirs } = namesOf(schema, target);
  return `COPY ${into} (${list(theirs)}) FROM STDIN (FORMAT binary)`;
}

const alter = (schema: string, target: TargetTable, actions: readonly string[]): string =>
  `ALTER TABLE ${qualified(schema, target.name)} ${actions.join(", ")}`;

export const dropForeignKeys = (schema: string, target: TargetTable, keys: readonly ForeignKey[]): string =>
  alter(
    schema,
    target,
    keys.map(({ name }) => `DROP CONSTRAINT ${identifier(name)}`),
  );

/** Adds the keys again. Fails with a foreign key violation when a row has no parent. */
export const addForeignKeys = (schema: string, target: TargetTable, keys: readonly ForeignKey[]): string =>
  alter(
    schema,
    target,
    keys.map(({ name, definition }) => `ADD CONSTRAINT ${identifier(name)} ${definition}`),
  );

/**
 * Finds a row without a parent among the references without a foreign key: those to a table that was prepared without a
 * key, and rows that must refer to a member instead of NULL. Returns one row or none; undefined when a foreign key
 * checks every reference.
 */
export function findUncheckedOrphan(place: Destination, keys: readonly ForeignKey[]): string | undefined {
  const { schema, target, parents } = place;
  const isWatched = (columns: readonly string[], to: string): boolean => {
    const parent = parents.get(to);
    if (parent === undefined) return false;
    const pairs = keyColumns(parent.table).map((key, index) =>
      pairOf(theirName(target, columns[index] ?? ""), theirName(parent, key)),
    );
    return keys.some(
      (key) =>
        key.valid &&
        key.schema === schema &&
        key.parent === parent.name &&
        key.columns.length === pairs.length &&
        key.columns.every((column, index) => pairs.includes(pairOf(column, key.parentColumns[index] ?? ""))),
    );
  };
  const missing = missingParents(place, "f", { inTarget: true }).flatMap((reference) => {
    const { columns, to, refers, whenNull } = reference;
    return [
      ...(isWatched(columns, to) ? [] : [`(${refers} AND ${reference.missing})`]),
      // The staging path replaces it by a member.
      ...(whenNull === undefined ? [] : [`NOT (${refers})`]),
    ];
  });
  if (missing.length === 0) return undefined;
  return `SELECT FROM ${qualified(schema, target.name)} AS f WHERE ${missing.join(" OR ")} LIMIT 1`;
}

/** A referring column and its referenced column, as one text. */
const pairOf = (column: string, parentColumn: string): string => JSON.stringify([column, parentColumn]);
