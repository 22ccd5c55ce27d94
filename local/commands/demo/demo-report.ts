import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Client } from "pg";
import { marts, model } from "../../../domain/declarations";
import type { DemoChanges } from "./demo-changes";
import type { Platform } from "../../platform";
import { withClient } from "../../databases/postgres/client";
import { textTable } from "../present";
import type { RunReport } from "../run-report";

/** The tables that went through each stage, with their rows. */
export function stageSummary(report: RunReport, width?: number): string {
  const rows = (["ingest", "process", "load"] as const).flatMap((stage) =>
    Object.entries(report[stage].tables).map(([table, { rows: count }]) => [stage, table, count] as const),
  );
  return textTable([["stage", "table", "rows"], ...rows], width);
}

const SHOWN_FILES = 14;

/** Some files of the lake with their sizes, and the number of all files. */
export function lakeFiles({ lake }: Platform, width?: number): string {
  const buckets = join(lake, "buckets");
  const files = readdirSync(buckets, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".meta"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const step = Math.max(1, Math.floor(files.length / SHOWN_FILES));
  const shown = files.filter((_, index) => index % step === 0).slice(0, SHOWN_FILES);
  const table = textTable(
    [["file", "bytes"], ...shown.map((file) => [relative(buckets, file), statSync(file).size])],
    width,
  );
  return `${table}\n… ${files.length} files in all`;
}

const ask = <T>({ warehouse }: Platform, work: (client: Client) => Promise<T>): Promise<T> =>
  withClient(warehouse.url, work);

/** The number of rows in every table and mart of the warehouse. */
export function countWarehouseRows(platform: Platform, width?: number): Promise<string> {
  const tables = [model.calendar, ...model.tables].map(({ name }) => name);
  return ask(platform, async (client) => {
    const rows: (readonly [string, number])[] = [];
    for (const name of [...tables, ...marts.map((mart) => `marts.${mart.name}`)]) {
      const { rows: counted } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
      rows.push([name, Number(counted[0]?.count ?? 0)]);
    }
    return textTable([["table or mart", "rows"], ...rows], width);
  });
}

interface Question {
  readonly question: string;
  readonly sql: string;
  readonly values?: readonly unknown[];
}

const QUESTIONS = ({ amendedOrder, deletedOrder }: DemoChanges): readonly Question[] => [
  {
    question: "What was the revenue of the last months, by currency?",
    sql: `SELECT to_char(month, 'YYYY-MM') AS month, currency_code AS currency, orders, revenue
            FROM marts.revenue_by_month ORDER BY 1 DESC, 2 LIMIT 9`,
  },
  {
    question: `What happened to order ${amendedOrder}?`,
    sql: `SELECT sales_record_id AS record, last_updated_date AS changed_on, last_updated_time AS changed_at, units_sold, unit_price
            FROM fact_sales_order WHERE sales_order_id = $1 ORDER BY sales_record_id`,
    values: [amendedOrder],
  },
  {
    question: `What became of order ${deletedOrder}, which was cancelled?`,
    sql: `SELECT f.sales_order_id, f.units_sold, f.unit_price, d.commit AS deleted_by_commit,
                 EXISTS (SELECT FROM current_sales_order c WHERE c.sales_order_id = f.sales_order_id)::text AS is_current
            FROM fact_sales_order f
            LEFT JOIN marble_deletion d ON d.fact = 'fact_sales_order' AND d.record_id = f.sales_record_id
           WHERE f.sales_order_id = $1`,
    values: [deletedOrder],
  },
  {
    question: "Who sold most, in which department?",
    sql: `SELECT staff_name AS name, department_name AS department, sum(sales_orders) AS orders
            FROM marts.staff_performance GROUP BY staff_id, 1, 2 ORDER BY 3 DESC LIMIT 5`,
  },
];

/** Asks the warehouse in SQL. */
export function answerQuestions(
  platform: Platform,
  changes: DemoChanges,
  width?: number,
): Promise<readonly { question: string; answer: string }[]> {
  return ask(platform, async (client) => {
    const answers: { question: string; answer: string }[] = [];
    for (const { question, sql, values = [] } of QUESTIONS(changes)) {
      const { rows, fields } = await client.query<Record<string, unknown>>(sql, [...values]);
      const head = fields.map(({ name }) => name);
      const body = rows.map((row) => head.map((name) => cell(row[name])));
      answers.push({ question, answer: textTable([head, ...body], width) });
    }
    return answers;
  });
}

/** Sums and counts come as text, so that they lose no digit. */
function cell(value: unknown): string | number {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^-?\d+(\.\d+)?$/.test(text) && text.length < 15 ? Number(text) : text;
}
