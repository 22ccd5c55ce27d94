import type pg from "pg";
import type { RowsLacking, TableBehind } from "../../domain/report/report";
import { literal, qualified } from "../../domain/sql";
import { TABLES } from "../../domain/warehouse/bookkeeping";
import { UNCONFIRMED } from "../../domain/warehouse/source-tables";
import { queryRows } from "../postgres/postgres";

/** The SQL of a time as ISO 8601. */
export const isoTime = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What a reader of the warehouse must know about its tables. */
export interface TableStates {
  /** The tables that are behind, by name. */
  readonly behind: Readonly<Record<string, TableBehind>>;
  /** The tables that lack rows, by name. */
  readonly lacking: Readonly<Record<string, RowsLacking>>;
}

/**
 * Reads which tables of a warehouse are behind, and which lack rows.
 * @returns undefined when an earlier version of Marble loaded the warehouse and recorded neither
 */
export async function readTableStates(client: pg.Client, schema: string): Promise<TableStates | undefined> {
  const view = qualified(schema, TABLES);
  const [known] = await queryRows<"exists">(
    client,
    `SELECT (to_regclass(${literal(view)}) IS NOT NULL)::text AS exists`,
  );
  if (known?.exists !== "true") return undefined;
  const rows = await queryRows<"name" | "current" | "asOf" | "since" | "reason" | "rejected" | "waiting">(
    client,
    `SELECT warehouse_table AS name, is_current::text AS current,
            ${isoTime("as_of")} AS "asOf",
            ${isoTime("behind_since")} AS since, reason,
            rejected_rows::text AS rejected, waiting_rows::text AS waiting
       FROM ${view} WHERE NOT is_current OR rejected_rows + waiting_rows > 0 ORDER BY warehouse_table`,
  );
  const behind = rows
    .filter(({ current }) => current !== "true")
    .map(({ name, asOf, since, reason }): [string, TableBehind] => [
      name ?? "",
      {
        asOf: shownTime({ asOf, since, reason }),
        since,
        reason: reason ?? "this version of the model does not know it",
      },
    ]);
  const lacking = rows
    .map(({ name, rejected, waiting }): [string, RowsLacking] => [
      name ?? "",
      { rejected: Number(rejected), waiting: Number(waiting) },
    ])
    .filter(([, { rejected, waiting }]) => rejected + waiting > 0);
  return { behind: Object.fromEntries(behind), lacking: Object.fromEntries(lacking) };
}

/**
 * The time whose state a table shows. The newest commit with a change may be old. If a table is only unconfirmed, it also
 * shows the time for which a run last found that the warehouse matches the source.
 */
function shownTime({
  asOf,
  since,
  reason,
}: Record<"asOf" | "since" | "reason", string | null>): string | null {
  if (reason !== UNCONFIRMED || asOf === null || since === null) return asOf;
  return since > asOf ? since : asOf;
}
