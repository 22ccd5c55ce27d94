import { expectedRows } from "../support/expected-warehouse";
import type { TestDatabase } from "../support/postgres";

/** A state that the source had: what the warehouse must show of it, and the versions of its facts. */
export interface SourceState {
  readonly rows: Record<string, string[]>;
  /** By fact table: the version of each row, as the transaction that wrote it and its content. */
  readonly versions: ReadonlyMap<
    string,
    ReadonlyMap<string, { readonly xmin: string; readonly content: string }>
  >;
  /** What each table was to PostgreSQL. */
  readonly storage: ReadonlyMap<string, string>;
}

const FACTS = {
  fact_sales_order: "sales_order",
  fact_purchase_order: "purchase_order",
  fact_payment: "payment",
} as const;

/** Looks at the source with rights that Marble does not have. */
export async function sourceState(source: TestDatabase): Promise<SourceState> {
  const versions = new Map<string, Map<string, { xmin: string; content: string }>>();
  const storage = new Map<string, string>();
  for (const [fact, table] of Object.entries(FACTS)) {
    const rows = await source.query<{ key: string; xmin: string; content: string }>(
      `SELECT ${table}_id::text AS key, xmin::text, t::text AS content FROM ${table} AS t`,
    );
    versions.set(fact, new Map(rows.map(({ key, xmin, content }) => [key, { xmin, content }])));
    const [file] = await source.query<{ node: string }>(
      "SELECT relfilenode::text AS node FROM pg_class WHERE oid = $1::regclass",
      [table],
    );
    storage.set(fact, file?.node ?? "");
  }
  return { rows: await expectedRows(source), versions, storage };
}

/**
 * How many versions of each row a fact table must hold after the states of the commits, in order: one
 * for each that a run saw. Where the table was rewritten in between, a version of the same content is
 * not told from the one before.
 */
export function expectedVersions(states: readonly SourceState[], fact: string): Record<string, number> {
  const counts: Record<string, number> = {};
  let before: SourceState | undefined;
  for (const state of states) {
    const rewritten = before !== undefined && before.storage.get(fact) !== state.storage.get(fact);
    for (const [key, version] of state.versions.get(fact) ?? []) {
      const last = before?.versions.get(fact)?.get(key);
      const same =
        last !== undefined && (rewritten ? last.content === version.content : last.xmin === version.xmin);
      if (!same) counts[key] = (counts[key] ?? 0) + 1;
    }
    before = state;
  }
  return counts;
}

/** How many versions of each row a fact table holds. */
export async function actualVersions(warehouse: TestDatabase, fact: string): Promise<Record<string, number>> {
  const key = `${fact.replace("fact_", "")}_id`;
  const rows = await warehouse.query<{ key: string; count: string }>(
    `SELECT ${key}::text AS key, count(*)::text AS count FROM ${fact} GROUP BY 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.key, Number(row.count)]));
}

export const FACT_TABLES = Object.keys(FACTS);
