import type { Refusal } from "../log/commit";
import { identifier } from "../sql";

/** The properties of a relation that decide whether its rows can be captured. */
export interface Relation {
  /** In SQL: quoted, with its schema. */
  readonly relation: string;
  /** `pg_class.relkind`: r, p, v, m or f. */
  readonly kind: string;
  /** True if our role may SELECT from it. */
  readonly readable: boolean;
  /** True if policies hide rows from our role. */
  readonly rowSecurity: boolean;
  /** A partition or inheriting table that is a foreign table. */
  readonly foreignPart: string | null;
  /** True if the relation or a part of it is unlogged, and the source is a standby. A standby has no rows of it. */
  readonly unlogged: boolean;
}

const NO_VERSIONS = "has no row versions, so changes cannot be seen";

const WITHOUT_VERSIONS: Readonly<Record<string, { kind: Refusal["kind"]; reason: string }>> = {
  v: { kind: "view", reason: `a view ${NO_VERSIONS}; the tables beneath it are ingested` },
  m: {
    kind: "materialized view",
    reason: `a materialized view ${NO_VERSIONS}; the tables beneath it are ingested`,
  },
  f: {
    kind: "foreign table",
    reason: `a foreign table ${NO_VERSIONS}; ingest the database that it refers to with a second Marble`,
  },
};

/** Returns why a relation is not ingested, with the remedy; undefined when it is ingested. */
export function refusalOf(relation: Relation, user: string): Refusal | undefined {
  const { relation: table } = relation;
  const role = identifier(user);
  const refused = (reason: string): Refusal => ({ kind: "table", reason });
  const without = WITHOUT_VERSIONS[relation.kind];
  if (without !== undefined) return without;
  if (!relation.readable)
    return refused(`${user} may not read ${table}: GRANT SELECT ON ${table} TO ${role}`);
  if (relation.rowSecurity)
    return refused(
      `row-level security hides rows of ${table} from ${user}: ` +
        `ALTER ROLE ${role} BYPASSRLS, or ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
    );
  if (relation.foreignPart !== null)
    return refused(`${table} has the foreign table ${relation.foreignPart} as a part, which ${NO_VERSIONS}`);
  if (relation.unlogged)
    return refused(`${table} is unlogged, and a standby has no rows of it: ALTER TABLE ${table} SET LOGGED`);
  return undefined;
}
