import type { ColumnShape } from "../formats/columnar/arrow";
import { typeName } from "../model/types";
import { identifier, qualified } from "../sql";
import type { TargetTable } from "./target";

/** The statements that load one table, all within the transaction of its commit. */

/** The temporary table that a file is copied into: the model's columns, without constraints. */
export const stagingName = (target: TargetTable): string => identifier(`marble_stage_${target.table.name}`);

/** The types are the model's, not the target's: the binary copy must know them. */
export function createStaging(target: TargetTable): string {
  const columns = Object.entries<ColumnShape>(target.table.columns).map(
    ([name, { type }]) => `${identifier(name)} ${typeName(type)}`,
  );
  return `CREATE TEMPORARY TABLE ${stagingName(target)} (${columns.join(", ")}) ON COMMIT DROP`;
}

export const copyIntoStaging = (target: TargetTable): string =>
  `COPY pg_temp.${stagingName(target)} FROM STDIN (FORMAT binary)`;

/** A table may be staged several times in a commit. */
export const dropStaging = (name: string): string => `DROP TABLE pg_temp.${name}`;

/** The names of a table and its columns, quoted. */
export interface Names {
  readonly into: string;
  /** Of the target and of the staging table, in the same order. */
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly theirKey: string;
  readonly ourKey: string;
}

export function namesOf(schema: string, target: TargetTable): Names {
  const theirs = [...target.columns.values()].map(identifier);
  const ours = [...target.columns.keys()].map(identifier);
  const ourKey = identifier(target.table.key);
  return {
    into: qualified(schema, target.name),
    theirs,
    ours,
    theirKey: theirs[ours.indexOf(ourKey)] ?? ourKey,
    ourKey,
  };
}

export const list = (names: readonly string[], of?: string): string =>
  names.map((name) => (of === undefined ? name : `${of}.${name}`)).join(", ");

/**
 * Inserts new rows of a dimension and updates those that differ.
 * @param options.sameTypes has the target the types of the model, so that values can be compared before they
 *   are cast? Two joins, planned by how many rows there are, are then faster than a look into the index for each
 */
export function upsertDimension(
  schema: string,
  target: TargetTable,
  options: { readonly sameTypes: boolean },
): readonly string[] {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(schema, target);
  const rows = `pg_temp.${stagingName(target)}`;
  const others = theirs.flatMap((name, index) =>
    name === theirKey ? [] : [{ name, our: ours[index] ?? name }],
  );
  const insert = `INSERT INTO ${into} AS t (${list(theirs)}) SELECT ${list(ours, "s")} FROM ${rows} AS s`;
  if (target.keyIsUnique && !options.sameTypes) {
    if (others.length === 0) return [`${insert} ON CONFLICT (${theirKey}) DO NOTHING`];
    const names = others.map(({ name }) => name);
    return [
      `${insert} ON CONFLICT (${theirKey}) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(", ")} ` +
        `WHERE (${list(names, "t")}) IS DISTINCT FROM (${list(names, "excluded")})`,
    ];
  }
  const set = others.map(({ name, our }) => `${name} = s.${our}`).join(", ");
  const differs = options.sameTypes
    ? ` AND (${others.map(({ name }) => `t.${name}`).join(", ")}) IS DISTINCT FROM (${others.map(({ our }) => `s.${our}`).join(", ")})`
    : "";
  return [
    ...(others.length === 0
      ? []
      : [`UPDATE ${into} AS t SET ${set} FROM ${rows} AS s WHERE t.${theirKey} = s.${ourKey}${differs}`]),
    `${insert} WHERE NOT EXISTS (SELECT FROM ${into} AS known WHERE known.${theirKey} = s.${ourKey})`,
  ];
}

/** Days that the calendar has already are left as they are. */
export const insertCalendar = (schema: string, target: TargetTable): string => {
  const { into, theirs, ours, theirKey, ourKey } = namesOf(schema, target);
  return (
    `INSERT INTO ${into} (${list(theirs)}) SELECT ${list(ours, "s")} FROM pg_temp.${stagingName(target)} AS s ` +
    `WHERE NOT EXISTS (SELECT FROM ${into} AS known WHERE known.${theirKey} = s.${ourKey})`
  );
};
