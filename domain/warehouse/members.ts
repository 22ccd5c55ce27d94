import type { ColumnShape } from "../formats/columnar/arrow";
import { printedLiteral } from "../formats/columnar/literal";
import { memberValue, type Member } from "../model/members";
import { inKeyOrder, keyColumns, referencesIn, type Reference, type WarehouseTable } from "../model/table";
import { identifier, literal } from "../sql";
import { stagingName } from "./dimensions";
import { isWaitedFor, staging, type Destination, type MissingParent } from "./parents";
import type { TargetTable } from "./target";
import { differs, list, namesOf, sameKey, stagedType } from "./values";

/**
 * The members of dimensions: rows that no source has. Rows of other tables refer to them when there is no row to refer
 * to.
 */

const membersOf = (table: WarehouseTable): Readonly<Record<string, Member>> =>
  table.kind === "dimension" ? (table.members ?? {}) : {};

/** True if the table has rows that no source has. */
export const hasMembers = ({ table }: TargetTable): boolean => Object.keys(membersOf(table)).length > 0;

/** True if a row of the table may refer to a member while a row is missing. */
export const mayReferToMembers = ({ table }: TargetTable): boolean =>
  referencesIn(table).some((reference) => !isWaitedFor(reference));

function typedValue(table: WarehouseTable, column: string, value: unknown): string {
  const shapes: Readonly<Record<string, ColumnShape | undefined>> = table.columns;
  const type = shapes[column]?.type;
  if (type === undefined) throw new TypeError(`${table.name} has no column ${column}`);
  const text = value === null ? "NULL" : literal(printedLiteral(type, value));
  return `CAST(${text} AS ${stagedType(type)})`;
}

/** The columns of a reference, each with the typed SQL value that refers to the member. */
function memberValues(
  parents: Destination["parents"],
  reference: Reference,
  name: string,
): readonly (readonly [column: string, value: string])[] {
  const { to } = reference;
  const table = parents.get(to)?.table;
  const member = table === undefined ? undefined : membersOf(table)[name];
  if (table === undefined || member === undefined) throw new TypeError(`${to} has no member ${name}`);
  const key = keyColumns(table);
  const columns = inKeyOrder(reference, key);
  return key.flatMap((part, index) => {
    const column = columns[index];
    return column === undefined
      ? []
      : [[column, typedValue(table, part, memberValue(member, part))] as const];
  });
}

/** The members of a dimension as rows of SQL values, in the order of its columns. */
export function memberRows({ target: { table }, parents }: Destination): string {
  const columns = Object.keys(table.columns);
  const rows = Object.values(membersOf(table)).map((member) => {
    const values = new Map(
      columns.map((column) => [column, typedValue(table, column, memberValue(member, column))]),
    );
    for (const reference of referencesIn(table)) {
      const { whenNull } = reference;
      if (whenNull === undefined || reference.columns.every((column) => memberValue(member, column) !== null))
        continue;
      for (const [column, value] of memberValues(parents, reference, whenNull)) values.set(column, value);
    }
    return `(${[...values.values()].join(", ")})`;
  });
  return `VALUES ${rows.join(", ")}`;
}

/** Finds the members that a dimension lacks or stores with other values. */
export function findLackingMembers(place: Destination): string {
  const { schema, target } = place;
  const { into, ours } = namesOf(schema, target);
  const aliases = { theirs: "t", ours: "s" };
  return (
    `SELECT FROM (${memberRows(place)}) AS s (${list(ours)}) WHERE NOT EXISTS ` +
    `(SELECT FROM ${into} AS t WHERE ${sameKey(target, aliases)} AND NOT ${differs(target, aliases)})`
  );
}

/** Adds the members of a dimension to its staging table. */
export const stageMembers = (place: Destination): string =>
  `INSERT INTO ${staging(place)} (${list(namesOf(place.schema, place.target).ours)}) ${memberRows(place)}`;

/**
 * Replaces staged references that are NULL by a member, if the model says so.
 * @returns one statement for each such reference
 */
export const fillNullReferences = ({ target, parents }: Destination): readonly string[] =>
  referencesIn(target.table).flatMap((reference) => {
    const { whenNull, columns } = reference;
    if (whenNull === undefined) return [];
    const set = memberValues(parents, reference, whenNull).map(
      ([column, value]) => `${identifier(column)} = ${value}`,
    );
    const isNull = columns.map((column) => `${identifier(column)} IS NULL`).join(" OR ");
    return [`UPDATE pg_temp.${stagingName(target)} SET ${set.join(", ")} WHERE ${isNull}`];
  });

/** A row as JSON, with the keys of members instead of those of missing parents. */
export function shownAs(
  { parents }: Destination,
  version: string,
  missing: readonly MissingParent[],
): string {
  const replaced = missing.flatMap((reference) => {
    const { refers, missing: condition, whenMissing } = reference;
    if (whenMissing === undefined) return [];
    const values = memberValues(parents, reference, whenMissing).flatMap(([column, value]) => [
      literal(column),
      value,
    ]);
    return [
      `CASE WHEN ${refers} AND ${condition} THEN jsonb_build_object(${values.join(", ")}) ELSE '{}' END`,
    ];
  });
  return [version, ...replaced].join(" || ");
}
