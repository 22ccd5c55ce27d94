import { EXPECTED_ROWS } from "../support/oracle/expected-warehouse";
import type { TestDatabase } from "../support/postgres/postgres";

/** The fact tables, with the source table and the current view of each. */
export const FACTS = {
  fact_sales_order: { source: "sales_order", view: "current_sales_order" },
  fact_purchase_order: { source: "purchase_order", view: "current_purchase_order" },
  fact_payment: { source: "payment", view: "current_payment" },
} as const;
export type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as FactName[];

/** A row as the warehouse must show it; null when it breaks its contract. */
export type Content = string | null;

/** A state that the source had, as seen with rights that Marble does not have. */
export interface SourceState {
  /** `pg_current_snapshot()`: which commit is of this state. */
  readonly snapshot: string;
  /** What the warehouse must show of each dimension, by key. */
  readonly dimensions: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly facts: ReadonlyMap<FactName, FactState>;
}

interface FactState {
  /** By key: the transaction that wrote the row, and its content. */
  readonly rows: ReadonlyMap<string, { readonly xmin: string; readonly content: Content }>;
  /** What the table is to PostgreSQL. */
  readonly storage: string;
  readonly columns: string;
}

/** The rows of a source table that keep their contract. */
const GOOD: Partial<Record<FactName, string>> = {
  fact_sales_order: String.raw` WHERE agreed_delivery_date ~ '^\d{4}-\d\d-\d\d$'`,
};

const dimensionNames = Object.keys(EXPECTED_ROWS).filter((name) => name.startsWith("dim_"));

/** All in one statement: one round trip, and one snapshot. */
const SOURCE = [
  "SELECT 'snapshot' AS name, NULL AS key, NULL AS xmin, pg_current_snapshot()::text AS row",
  ...dimensionNames.map(
    (name) => `SELECT '${name}', NULL, NULL, ROW(q.*)::text FROM (${EXPECTED_ROWS[name] ?? ""}) AS q`,
  ),
  ...FACT_NAMES.map((fact) => {
    const { source, view } = FACTS[fact];
    const expected = `${EXPECTED_ROWS[view] ?? ""}${GOOD[fact] ?? ""}`;
    return (
      `SELECT '${fact}', f.${source}_id::text, f.xmin::text, CASE WHEN q.${source}_id IS NOT NULL THEN ROW(q.*)::text END ` +
      `FROM ${source} AS f LEFT JOIN (${expected}) AS q ON q.${source}_id = f.${source}_id`
    );
  }),
  ...FACT_NAMES.map((fact) => {
    const table = `'${FACTS[fact].source}'::regclass`;
    return (
      `SELECT 'shape', '${fact}', (SELECT relfilenode::text FROM pg_class WHERE oid = ${table}), ` +
      `(SELECT string_agg(attname || atttypid || ':' || atttypmod, ',' ORDER BY attnum) FROM pg_attribute ` +
      `WHERE attrelid = ${table} AND attnum > 0 AND NOT attisdropped)`
    );
  }),
].join("\nUNION ALL ");

interface Observed {
  readonly name: string;
  readonly key: string | null;
  readonly xmin: string | null;
  readonly row: string | null;
}

/** Looks at the source. */
export async function observeSource(source: TestDatabase): Promise<SourceState> {
  const observed = await source.query<Observed>(SOURCE);
  const dimensions = new Map(dimensionNames.map((name) => [name, new Map<string, string>()]));
  const rows = new Map(
    FACT_NAMES.map((fact) => [fact, new Map<string, { xmin: string; content: Content }>()]),
  );
  const shapes = new Map<string, Observed>();
  let snapshot = "";
  for (const line of observed) {
    const { name, key, xmin, row } = line;
    if (name === "snapshot") snapshot = row ?? "";
    else if (name === "shape") shapes.set(key ?? "", line);
    else if (name.startsWith("dim_")) dimensions.get(name)?.set(keyOf(row ?? ""), row ?? "");
    else rows.get(name as FactName)?.set(key ?? "", { xmin: xmin ?? "", content: row });
  }
  const facts = new Map(
    FACT_NAMES.map((fact) => {
      const { xmin, row } = shapes.get(fact) ?? { xmin: null, row: null };
      return [fact, { rows: rows.get(fact) ?? new Map(), storage: xmin ?? "", columns: row ?? "" }] as const;
    }),
  );
  return { snapshot, dimensions, facts };
}

/** The key of a row that was printed: it stands first. */
const keyOf = (row: string): string => /^\((\d+)[,)]/.exec(row)?.[1] ?? "";

/** What the warehouse shows. */
export interface WarehouseState {
  /** Of the ledger. */
  readonly commits: number;
  readonly head: number;
  /** Facts as their current views show them. */
  readonly shown: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The versions of each row of a fact table, by key, in order. */
  readonly versions: ReadonlyMap<FactName, ReadonlyMap<string, readonly string[]>>;
  /** Fact versions that wait for a row of a dimension. */
  readonly waiting: number;
}

const NOTHING: WarehouseState = { commits: 0, head: 0, shown: new Map(), versions: new Map(), waiting: 0 };

/** The columns of a table or view but the surrogate key. */
const COLUMNS = `
SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1)
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attname !~ '_record_id$'
 GROUP BY 1`;

/** Looks at the warehouse. Its statement is made once: every load makes the same tables. */
export function warehouseObserver(): (warehouse: TestDatabase) => Promise<WarehouseState> {
  let sql: string | undefined;
  return async (warehouse) => {
    const [ledger] = await warehouse.query<{ found: string | null }>(
      "SELECT to_regclass('public.marble_ledger')::text AS found",
    );
    if (ledger?.found == null) return NOTHING;
    sql ??= await warehouseStatement(warehouse);
    return stateOf(await warehouse.query<{ name: string; row: string }>(sql));
  };
}

async function warehouseStatement(warehouse: TestDatabase): Promise<string> {
  const names = [...Object.keys(EXPECTED_ROWS), ...FACT_NAMES];
  const found = await warehouse.query<{ name: string; columns: string }>(COLUMNS, [names]);
  const of = new Map(found.map(({ name, columns }) => [name, columns]));
  const parts = names.map((name) => {
    const columns = of.get(name);
    if (columns === undefined) throw new Error(`the warehouse has no ${name}`);
    const order = name.startsWith("fact_")
      ? `${name.replace(/^fact_(\w+?)(_order)?$/, "$1")}_record_id`
      : "NULL::int";
    return `SELECT '${name}' AS name, ${order} AS place, ROW(${columns})::text AS row FROM ${name}`;
  });
  return [
    "SELECT name, row FROM (SELECT 'ledger' AS name, NULL::int AS place, count(*) || ',' || COALESCE(max(commit), 0) AS row FROM marble_ledger",
    "SELECT 'waiting', NULL, count(*)::text FROM marble_orphan WHERE healed_by IS NULL AND superseded_by IS NULL",
    `${parts.join("\nUNION ALL ")}) AS all_rows ORDER BY place`,
  ].join("\nUNION ALL ");
}

function stateOf(lines: readonly { name: string; row: string }[]): WarehouseState {
  const shown = new Map(Object.keys(EXPECTED_ROWS).map((name) => [name, new Map<string, string>()]));
  const versions = new Map(FACT_NAMES.map((fact) => [fact, new Map<string, string[]>()]));
  let [commits, head, waiting] = [0, 0, 0];
  for (const { name, row } of lines) {
    const of = versions.get(name as FactName);
    if (name === "ledger") [commits = 0, head = 0] = row.split(",").map(Number);
    else if (name === "waiting") waiting = Number(row);
    else if (of !== undefined) of.set(keyOf(row), [...(of.get(keyOf(row)) ?? []), row]);
    else {
      const rows = shown.get(name);
      // A key that is shown twice must not hide in a map.
      const key = rows?.has(keyOf(row)) === true ? `${keyOf(row)} once more` : keyOf(row);
      rows?.set(key, row);
    }
  }
  return { commits, head, shown, versions, waiting };
}
