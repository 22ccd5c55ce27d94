import { literal } from "../../../../domain/sql";
import type { TestDatabase } from "../../../support/postgres/postgres";
import { contentFrom, mirroredRow } from "../../oracle/observation";
import { createWitness, type Witness } from "../../oracle/witness";
import { observationOf, type SourceRow, type SourceRows } from "./evaluate";
import { readName, readSql, unreadableSql, type StoredRead } from "./reads";
import type { SourceDesign } from "../source/sources";
import { ROW_VERSION } from "../source/view-names";
import type { TableDesign } from "../star/designs";

/** The state of every source table. */
interface SourceState {
  readonly snapshot: string;
  readonly tables: readonly {
    readonly rows: SourceRows;
    readonly shape: string;
    readonly mirror: readonly string[];
  }[];
}

interface Line {
  readonly at: number;
  readonly part: "snapshot" | "shape" | "row" | "mirror";
  readonly key: string | null;
  readonly version: string | null;
  readonly row: string | null;
}

/** One statement for everything, for one round trip and one snapshot. */
function statement(
  sources: readonly SourceDesign[],
  reads: readonly (readonly StoredRead[])[],
  mirrored: readonly string[],
): string {
  const parts = sources.map((source, at) => {
    const { view, key } = source;
    const keys = key.map((column) => readSql(source, { how: "copy", column }));
    const texts = (reads[at] ?? []).map((read) => readSql(source, read));
    const unreadable = unreadableSql(source);
    const row = `to_json(ARRAY[${texts.join(", ")}]::text[])::text`;
    return (
      `SELECT ${at}, 'row', to_json(ARRAY[${keys.join(", ")}])::text, ${ROW_VERSION}::text, ` +
      `${unreadable === undefined ? row : `CASE WHEN ${unreadable} THEN NULL ELSE ${row} END`} FROM ${view}`
    );
  });
  const shapes = sources.map(({ table }, at) => {
    const oid = `${literal(table)}::regclass`;
    return (
      `SELECT ${at}, 'shape', NULL, NULL, (SELECT string_agg(relfilenode::text, ',' ORDER BY oid) FROM pg_class ` +
      `WHERE oid = ${oid} OR oid IN (SELECT relid FROM pg_partition_tree(${oid}))) || ` +
      `(SELECT string_agg(attnum || ':' || attname || ':' || atttypid || ':' || atttypmod, ',' ORDER BY attnum) FROM pg_attribute ` +
      `WHERE attrelid = ${oid} AND attnum > 0 AND NOT attisdropped)`
    );
  });
  const mirrors = sources.flatMap(({ name, table }, at) =>
    mirrored.includes(name)
      ? [`SELECT ${at}, 'mirror', NULL, NULL, ${mirroredRow("m")} FROM ${table} AS m`]
      : [],
  );
  return [
    "SELECT 0 AS at, 'snapshot' AS part, NULL AS key, NULL AS version, pg_current_snapshot()::text AS row",
    ...parts,
    ...shapes,
    ...mirrors,
  ].join("\nUNION ALL ");
}

async function readSource(
  source: TestDatabase,
  { sql, reads }: { readonly sql: string; readonly reads: readonly (readonly StoredRead[])[] },
): Promise<SourceState> {
  const tables = reads.map(() => ({ rows: new Map<string, SourceRow>(), shape: "", mirror: [] as string[] }));
  let snapshot = "";
  for (const { at, part, key, version, row } of await source.query<Line>(sql)) {
    const table = tables[at];
    if (part === "snapshot") snapshot = row ?? "";
    else if (table === undefined) throw new RangeError("there is no such table");
    else if (part === "shape") table.shape = row ?? "";
    else if (part === "mirror") table.mirror.push(row ?? "");
    else {
      const texts = row === null ? undefined : (JSON.parse(row) as (string | null)[]);
      const values =
        texts && new Map((reads[at] ?? []).map((read, place) => [readName(read), texts[place] ?? null]));
      table.rows.set(contentFrom(key ?? "[]"), { version: version ?? "", values });
    }
  }
  for (const { mirror } of tables) mirror.sort();
  return { snapshot, tables };
}

/**
 * Reads the source tables, and computes the expected rows with plain SQL.
 * @param reads the reads of the columns of each source table
 */
export function generatedWitness(design: {
  readonly sources: readonly SourceDesign[];
  readonly tables: readonly TableDesign[];
  readonly reads: readonly (readonly StoredRead[])[];
  readonly storedAs: (table: string, column: string) => string | undefined;
  /** The names of the mirrored source tables. */
  readonly mirrored: readonly string[];
}): Witness {
  const { sources, reads, mirrored } = design;
  const sql = statement(sources, reads, mirrored);
  return createWitness<SourceState, { readonly state: SourceState; readonly good: readonly SourceRows[] }>({
    read: (source) => readSource(source, { sql, reads }),
    settle: (state, before) => {
      const good = state.tables.map(({ rows }, at) => goodRows(rows, before?.good[at]));
      const isNew = (at: number, key: string): boolean =>
        before?.state.tables[at]?.rows.get(key)?.version !== state.tables[at]?.rows.get(key)?.version;
      const reshaped = sources.filter((_, at) => before?.state.tables[at]?.shape !== state.tables[at]?.shape);
      const rows = state.tables.map((table) => table.rows);
      return {
        observation: {
          ...observationOf(design, { good, rows, isNew }),
          reshaped: new Set(reshaped.map(({ name }) => name)),
          mirror: new Map(
            sources.flatMap(({ name }, at) =>
              mirrored.includes(name) ? [[name, state.tables[at]?.mirror ?? []] as const] : [],
            ),
          ),
        },
        settled: { state, good },
      };
    },
  });
}

/** An unreadable row keeps its last readable state. */
function goodRows(rows: SourceRows, before: SourceRows | undefined): SourceRows {
  const good = new Map<string, SourceRow>();
  for (const [key, row] of rows) {
    const kept = row.values === undefined ? before?.get(key) : row;
    if (kept !== undefined) good.set(key, kept);
  }
  return good;
}
