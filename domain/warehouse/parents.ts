import type { ColumnShape } from "../formats/columnar/arrow";
import { inKeyOrder, keyColumns, referencesIn, type Reference } from "../model/table";
import { identifier, literal } from "../sql";
import { stagingName } from "./dimensions";
import type { TargetTable } from "./target";
import { heldValue, namesOf, storedValue, theirName } from "./values";

/** A table in the warehouse, and the dimensions to which it refers. */
export interface Destination {
  readonly schema: string;
  readonly target: TargetTable;
  /** By the dimension's name in the model. */
  readonly parents: ReadonlyMap<string, TargetTable>;
}

export const staging = ({ target }: Pick<Destination, "target">): string => `pg_temp.${stagingName(target)}`;

/** The key of a staged row as one text. */
export function keyText({ target }: Pick<Destination, "target">, of: string): string {
  const keys = keyColumns(target.table).map((key) => `${of}.${identifier(key)}`);
  return keys.length === 1 ? `${keys.join("")}::text` : `jsonb_build_array(${keys.join(", ")})::text`;
}

/**
 * The condition that an orphan or a placeholder belongs to this table, and was neither healed nor superseded.
 * @param of the alias of `marble_orphan` or `marble_placeholder`
 */
export const isOpen = ({ target }: Pick<Destination, "target">, of: string): string =>
  `${of}.fact = ${literal(target.table.name)} AND ${of}.healed_by IS NULL AND ${of}.superseded_by IS NULL`;

/** A reference of a table, and the condition that a row has no parent. */
export interface MissingParent extends Reference {
  /** The condition that all columns of the reference have a value. With a NULL in one, it refers to nothing. */
  readonly refers: string;
  /** The condition that the dimension has no row of that key. */
  readonly missing: string;
}

/**
 * For each reference of a row `of`: the condition that its parent is missing.
 * @param options.inTarget true for a row of the target, false for a row of the staging table
 */
export function missingParents(
  { schema, target, parents }: Destination,
  of: string,
  { inTarget = false } = {},
): readonly MissingParent[] {
  return referencesIn(target.table).flatMap((reference) => {
    const parent = parents.get(reference.to);
    if (parent === undefined) return [];
    const values = inKeyOrder(reference, keyColumns(parent.table)).map(
      (column) => `${of}.${identifier(inTarget ? theirName(target, column) : column)}`,
    );
    const same = matchParent(parent, "p", values);
    return [
      {
        ...reference,
        refers: values.map((value) => `${value} IS NOT NULL`).join(" AND "),
        missing: `NOT EXISTS (SELECT FROM ${namesOf(schema, parent).into} AS p WHERE ${same})`,
      },
    ];
  });
}

/** True if a row waits for the parents of this reference. Otherwise it refers to a member until then. */
export const isWaitedFor = ({ whenMissing }: Reference): boolean => whenMissing === undefined;

/** The condition that the key of a dimension's row has these values, in the order of its key. */
export function matchParent(parent: TargetTable, of: string, values: readonly string[]): string {
  const shapes: Readonly<Record<string, ColumnShape | undefined>> = parent.table.columns;
  return keyColumns(parent.table)
    .map((key, index) => {
      const type = shapes[key]?.type;
      const targetType = parent.types.get(key);
      if (type === undefined || targetType === undefined)
        throw new TypeError(`${parent.table.name} has no column ${key}`);
      const held = heldValue(`${of}.${identifier(theirName(parent, key))}`, type, targetType);
      return `${held} = ${storedValue(values[index] ?? "NULL", type, targetType)}`;
    })
    .join(" AND ");
}

/** A reference to the same table is missing only when the parent is not staged either. */
export const missingOfStaged = (place: Destination, of: string): readonly MissingParent[] =>
  missingParents(place, of).map((reference) =>
    reference.to === place.target.table.name
      ? { ...reference, missing: `${reference.missing} AND ${notStaged(place, of, reference)}` }
      : reference,
  );

/** The condition that a staged row, `parent`, has the key in a reference of the staged row `child`. */
export const isParent = (
  { target }: Destination,
  parent: string,
  child: string,
  reference: Reference,
): string => {
  const key = keyColumns(target.table);
  const columns = inKeyOrder(reference, key);
  return key
    .map((part, index) => `${parent}.${identifier(part)} = ${child}.${identifier(columns[index] ?? part)}`)
    .join(" AND ");
};

const notStaged = (place: Destination, of: string, reference: MissingParent): string =>
  `NOT EXISTS (SELECT FROM ${staging(place)} AS staged WHERE ${isParent(place, "staged", of, reference)})`;

/** The missing parents of a row `of`, as SQL for a text: `customer_id 7 is in no dimension`. */
export const missingText = (of: string, { columns }: Pick<Reference, "columns">): string => {
  const values = columns
    .map((column) => `${literal(`${column} `)} || ${of}.${identifier(column)}::text`)
    .join(` || ${literal(", ")} || `);
  return `${values} || ${literal(" is in no dimension")}`;
};
