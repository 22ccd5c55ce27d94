import type pg from "pg";
import type { TableBehind } from "../../domain/report/report";
import { literal, qualified } from "../../domain/sql";
import { TABLES } from "../../domain/warehouse/bookkeeping";
import { rowsOf } from "../postgres/postgres";

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/**
 * Reads which tables of a warehouse are behind, by name.
 * @returns undefined when the warehouse does not know, because an earlier version of Marble loaded it
 */
export async function readBehind(
  client: pg.Client,
  schema: string,
): Promise<Readonly<Record<string, TableBehind>> | undefined> {
  const view = qualified(schema, TABLES);
  const [known] = await rowsOf<"exists">(
    client,
    `SELECT (to_regclass(${literal(view)}) IS NOT NULL)::text AS exists`,
  );
  if (known?.exists !== "true") return undefined;
  const rows = await rowsOf<"name" | "asOf" | "since" | "reason">(
    client,
    `SELECT warehouse_table AS name, to_char(as_of AT TIME ZONE 'UTC', ${INSTANT}) AS "asOf",
            to_char(behind_since AT TIME ZONE 'UTC', ${INSTANT}) AS since, reason
       FROM ${view} WHERE NOT is_current ORDER BY warehouse_table`,
  );
  return Object.fromEntries(
    rows.map(({ name, asOf, since, reason }) => [
      name ?? "",
      { asOf, since, reason: reason ?? "it is not known to this version of the model" },
    ]),
  );
}
