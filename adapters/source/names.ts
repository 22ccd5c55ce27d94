import type pg from "pg";
import type { NamesInTexts } from "../../domain/capture/table-description";
import { queryRows } from "../postgres/postgres";

/**
 * The objects whose names the texts of these types contain. A row stores the number of an object and prints its current
 * name, so renaming or dropping an object changes rows without a write.
 */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  aclitem: ["role"],
  regclass: ["class"],
  regcollation: ["collation"],
  regconfig: ["config"],
  regdictionary: ["dictionary"],
  regnamespace: ["schema"],
  regoper: ["operator"],
  regoperator: ["operator", "type"],
  regproc: ["function"],
  regprocedure: ["function", "type"],
  regrole: ["role"],
  regtype: ["type"],
};

/** The PostgreSQL types whose texts contain names of objects. */
export const NAMING_TYPES = Object.keys(OBJECTS);

const inSchema = (kind: string, catalogue: string, namespace: string, name: string): string =>
  `SELECT '${kind}', o.oid, concat_ws(' ', n.nspname, ${name}) FROM ${catalogue} o JOIN pg_namespace n ON n.oid = o.${namespace}
    WHERE n.nspname !~ '^pg_(toast_)?temp_'`;

/**
 * A digest of the names of all objects up to a number. Objects that are created later have larger numbers and change no
 * existing text. `$2` is the last object of the previous capture, so the comparison leaves later objects out.
 */
const NAMES = `
WITH object (kind, oid, name) AS (
  ${[
    inSchema("class", "pg_class", "relnamespace", "o.relname"),
    inSchema("type", "pg_type", "typnamespace", "o.typname"),
    inSchema("function", "pg_proc", "pronamespace", "o.proname, o.proargtypes::text"),
    inSchema("operator", "pg_operator", "oprnamespace", "o.oprname, o.oprleft, o.oprright"),
    inSchema("config", "pg_ts_config", "cfgnamespace", "o.cfgname"),
    inSchema("dictionary", "pg_ts_dict", "dictnamespace", "o.dictname"),
    inSchema("collation", "pg_collation", "collnamespace", "o.collname"),
    "SELECT 'schema', oid, nspname::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'",
    "SELECT 'role', oid, rolname::text FROM pg_roles",
  ].join("\n   UNION ALL\n  ")})
SELECT max(oid)::text AS last,
       md5(string_agg(concat_ws(' ', kind, oid, name), ',' ORDER BY kind, oid)) AS digest,
       md5(string_agg(concat_ws(' ', kind, oid, name), ',' ORDER BY kind, oid) FILTER (WHERE oid <= $2::oid)) AS before
  FROM object WHERE kind = ANY ($1)`;

/**
 * Reads the names of the objects to which values of some types may refer.
 * @param before the result of the previous capture; undefined when there was no capture or it has no result
 */
export async function readNamesInTexts(
  client: pg.Client,
  types: readonly string[],
  before: string | undefined,
): Promise<NamesInTexts> {
  const [last = "0", digest] = before?.split(":") ?? [];
  const kinds = [...new Set(types.flatMap((type) => OBJECTS[type] ?? []))];
  const [row] = await queryRows<"last" | "digest" | "before">(client, NAMES, [kinds, last]);
  return { text: `${row?.last ?? "0"}:${row?.digest ?? ""}`, changed: digest !== (row?.before ?? "") };
}
