import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { withClient } from "../../local/databases/postgres/client";
import { createLake, type Lake } from "../rig/lake";
import { readsBetween, readsOf, type Reads } from "../pages";
import type { MeasureResult } from "../result";
import { inDatabase, READER, type Rig } from "../rig/rig";
import { createShop } from "../rig/shop";

const SOURCE = "felt";

interface Felt extends Reads {
  readonly statements: readonly string[];
  readonly longest: number;
}

/** The load of an ingest run on the source: statements, pages, and the duration of its transaction. */
export async function measureSource(rig: Rig): Promise<MeasureResult> {
  await createShop(rig, SOURCE, { salesOrders: rig.rows });
  await inDatabase(rig.source.url("postgres"), `ALTER ROLE ${READER.user} SET log_statement = 'all'`);
  const lake = await createLake(rig, { source: SOURCE });
  const full = await felt(rig, lake);
  const idle = await felt(rig, lake);
  await inDatabase(rig.source.url("postgres"), "SELECT pg_current_xact_id()");
  const looked = await felt(rig, lake);
  await inDatabase(
    rig.source.url(SOURCE),
    "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id % 1000 = 0",
  );
  const delta = await felt(rig, lake);
  await inDatabase(rig.source.url("postgres"), `ALTER ROLE ${READER.user} RESET log_statement`);
  await lake.drop();

  const line = (name: string, run: Felt) => [
    name,
    run.statements.length,
    run.pages,
    Math.max(...Object.values(run.scans)),
    run.longest * 1000,
  ];
  const plans = await Promise.all([
    ...onOrders(full).map((sql) => explain(rig, "full", sql)),
    ...onOrders(delta).map((sql) => explain(rig, "delta", sql)),
  ]);
  return {
    name: "source",
    title: "The load on the source",
    columns: ["run of ingest", "statements", "pages read", "scans of a table", "longest transaction, ms"],
    rows: [
      line("full", full),
      line("nothing was written", idle),
      line("a write elsewhere", looked),
      line("one order of a thousand changed", delta),
    ],
    targets: [],
    notes: [
      "The embedded server has no pg_stat_statements. So the benchmark counts statements in its log (log_statement = all), pages and scans in pg_statio_user_tables and pg_stat_user_tables, and the transaction in pg_stat_activity every 5 ms. The pages are those of the tables, without the catalogue.",
      ...plans,
    ],
  };
}

/** The statements that read the large table. */
const onOrders = ({ statements }: Felt): string[] =>
  statements.filter((sql) => sql.includes('"public"."sales_order"'));

async function felt(rig: Rig, lake: Lake): Promise<Felt> {
  const url = rig.source.url(SOURCE);
  const log = join(rig.directory, "source", "server.log");
  const from = statSync(log).size;
  const before = await readsOf(url);
  const watch = watchTransactions(rig);
  await lake.run("ingest");
  const longest = await watch.stop();
  const reads = readsBetween(before, await readsOf(url));
  const text = readFileSync(log).subarray(from).toString();
  const statements = [
    ...text.matchAll(/LOG: {2}(?:statement|execute [^:]*): ([^]*?)(?=\n\d{4}-\d\d-\d\d |$)/g),
  ];
  return { ...reads, statements: statements.map(([, sql = ""]) => sql.trim()), longest };
}

/** Polls every few milliseconds how long the reader's transaction has been open. */
function watchTransactions(rig: Rig): { stop(): Promise<number> } {
  let ended = false;
  const watching = withClient(rig.source.url("postgres"), async (client) => {
    let longest = 0;
    while (!ended) {
      const { rows } = await client.query<{ seconds: string | null }>(
        "SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::text AS seconds FROM pg_stat_activity WHERE usename = $1",
        [READER.user],
      );
      longest = Math.max(longest, Number(rows[0]?.seconds ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return longest;
  });
  return {
    stop: () => {
      ended = true;
      return watching;
    },
  };
}

/** The plan of a statement with the pages that it read; for a COPY, the plan of its query. */
async function explain(rig: Rig, run: string, sql: string): Promise<string> {
  const query = /^COPY \(([^]*)\) TO STDOUT/.exec(sql)?.[1] ?? sql;
  const lines = await inDatabase<Record<string, string>>(
    rig.source.url(SOURCE),
    `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${query}`,
  );
  const plan = lines.map((line) => code((line["QUERY PLAN"] ?? "").trim()));
  return `${run}: ${code(sql)}: ${plan.join(" ")}`;
}

/** On one line, as code, and shortened: a list of row places may be thousands of characters long. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return `\`${line.length > 160 ? `${line.slice(0, 160)}…` : line}\``;
}
