import type { SourceStatus } from "../log/source-status";
import type { Model } from "../model/model";
import { feedsOf, sourcesOf } from "../model/table";
import { literal, qualified } from "../sql";
import { mirrorName } from "./mirror/mirrored-table";
import { FRESHNESS, LEDGER, LINEAGE, ORPHANS, PLACEHOLDERS, SOURCES, TABLES } from "./bookkeeping";

/** The statements that record in the warehouse how up to date each table is, for reports, the console and SQL. */

const orNull = (value: string | number | null | undefined): string =>
  value === null || value === undefined ? "NULL" : literal(String(value));

/** Replaces the status of the source tables. */
export const recordSources = (schema: string, sources: Readonly<Record<string, SourceStatus>>): string =>
  `DELETE FROM ${qualified(schema, SOURCES)};\n${insertSources(schema, Object.entries(sources))}`;

/**
 * Replaces the status of the source tables as they are mirrored. A table that does not fit its contract may still be
 * mirrored.
 * @param sources by the names of the mirrored tables
 */
export const recordMirrors = (schema: string, sources: ReadonlyMap<string, SourceStatus>): string =>
  `DELETE FROM ${qualified(schema, SOURCES)} WHERE source_table LIKE ${literal(`${mirrorName("")}%`)};\n${insertSources(schema, [...sources])}`;

function insertSources(schema: string, sources: readonly (readonly [name: string, SourceStatus])[]): string {
  if (sources.length === 0) return "";
  const rows = sources.map(
    ([name, { state, asOf, since, reason, rejected }]) =>
      `(${literal(name)}, ${literal(state)}, ${orNull(asOf?.commit)}::bigint, ${orNull(asOf?.capturedAt)}::timestamptz, ` +
      `${literal(since)}::timestamptz, ${orNull(reason)}, ${rejected}::bigint)`,
  );
  return (
    `INSERT INTO ${qualified(schema, SOURCES)} (source_table, state, as_of_commit, as_of, since, reason, rejected_rows) ` +
    `VALUES\n${rows.join(",\n")}`
  );
}

/**
 * Replaces the record of the source tables of each warehouse table.
 * @param mirrored the names of the mirrored tables, each with the table that it mirrors
 */
export function recordLineage(schema: string, { tables }: Model, mirrored: Iterable<string>): string {
  const made = tables.flatMap((table) => {
    const sources = new Set(
      feedsOf(table)
        .flatMap(sourcesOf)
        .map(({ name }) => name),
    );
    return [...sources].map((source) => `(${literal(table.name)}, ${literal(source)})`);
  });
  const rows = [...made, ...[...mirrored].map((name) => `(${literal(name)}, ${literal(name)})`)];
  const into = qualified(schema, LINEAGE);
  return (
    `DELETE FROM ${into}` +
    (rows.length === 0
      ? ""
      : `;\nINSERT INTO ${into} (warehouse_table, source_table) VALUES ${rows.join(", ")}`)
  );
}

/**
 * Records for which time the warehouse is known to match the source.
 * @param known.maxAgeMinutes after this time, no table is current any more
 */
export const recordFreshness = (
  schema: string,
  { confirmedAt, maxAgeMinutes }: { readonly confirmedAt: Date; readonly maxAgeMinutes: number },
): string => `
INSERT INTO ${qualified(schema, FRESHNESS)} AS f (confirmed_at, max_age, recovered_at)
VALUES (${literal(confirmedAt.toISOString())}::timestamptz, ${maxAgeMinutes} * interval '1 minute', now())
ON CONFLICT (only_row) DO UPDATE SET confirmed_at = EXCLUDED.confirmed_at, max_age = EXCLUDED.max_age,
  recovered_at = CASE
    WHEN f.confirmed_at < now() - f.max_age AND EXCLUDED.confirmed_at >= now() - EXCLUDED.max_age THEN now()
    ELSE f.recovered_at END`;

/**
 * Copies what the tables of one schema know to tables that replace them. The replacing tables show the same commit or a
 * later one, so they match the source for every time for which the replaced tables do.
 */
export const copyFreshness = (replaced: string, replacing: string): string => `
INSERT INTO ${qualified(replacing, FRESHNESS)} AS f (confirmed_at, max_age, recovered_at)
SELECT confirmed_at, max_age, recovered_at FROM ${qualified(replaced, FRESHNESS)}
ON CONFLICT (only_row) DO UPDATE SET confirmed_at = greatest(f.confirmed_at, EXCLUDED.confirmed_at)`;

/** The newest column of the view. A view without it comes from an earlier version of Marble. */
export const NEWEST_COLUMN = "confirmed_at";

/** Why no table is current although the newest loaded commit has no problem with it. */
export const UNCONFIRMED =
  "since then, no run has found that the warehouse matches the source: a stage fails or is not started";

/** The same, when the time of the last such run is not known. */
const NEVER_CONFIRMED =
  "no run has found that the warehouse matches the source: a stage fails or is not started";

/**
 * The view of the warehouse tables. A table is current when all its source tables are current, and the warehouse matched
 * the source not too long ago (`confirmed_at`). Its `as_of` is the oldest `as_of` of its source tables. `waiting_rows`
 * wait for a row that they refer to; `member_rows` refer to a member instead of a missing row.
 */
export const createTablesView = (schema: string): string => `
CREATE OR REPLACE VIEW ${qualified(schema, TABLES)} AS
SELECT l.warehouse_table,
       bool_and(COALESCE(s.state = 'current', false) AND f.is_confirmed) AS is_current,
       CASE WHEN bool_and(s.as_of IS NOT NULL) THEN min(s.as_of) END AS as_of,
       COALESCE(min(s.since) FILTER (WHERE s.state <> 'current'),
                min(f.confirmed_at) FILTER (WHERE NOT f.is_confirmed)) AS behind_since,
       NULLIF(concat_ws('; ',
         string_agg(l.source_table || ' is ' || s.state || COALESCE(': ' || s.reason, ''), '; ' ORDER BY l.source_table)
           FILTER (WHERE s.state <> 'current'),
         CASE WHEN bool_and(f.is_confirmed) THEN NULL WHEN min(f.confirmed_at) IS NULL THEN ${literal(NEVER_CONFIRMED)}
              ELSE ${literal(UNCONFIRMED)} END), '') AS reason,
       COALESCE(sum(s.rejected_rows), 0)::bigint AS rejected_rows,
       (SELECT count(*) FROM ${qualified(schema, ORPHANS)} o
         WHERE o.fact = l.warehouse_table AND o.healed_by IS NULL AND o.superseded_by IS NULL) AS waiting_rows,
       (SELECT max(b.loaded_at) FROM ${qualified(schema, LEDGER)} b) AS loaded_at,
       (SELECT count(*) FROM ${qualified(schema, PLACEHOLDERS)} p
         WHERE p.fact = l.warehouse_table AND p.healed_by IS NULL AND p.superseded_by IS NULL) AS member_rows,
       min(f.confirmed_at) AS ${NEWEST_COLUMN}
  FROM ${qualified(schema, LINEAGE)} l
  LEFT JOIN ${qualified(schema, SOURCES)} s USING (source_table)
  CROSS JOIN (SELECT min(confirmed_at) AS confirmed_at,
                     COALESCE(bool_and(confirmed_at >= now() - max_age), false) AS is_confirmed
                FROM ${qualified(schema, FRESHNESS)}) f
 GROUP BY l.warehouse_table`;
