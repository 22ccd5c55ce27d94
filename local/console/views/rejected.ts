import { commitNumber } from "../../../domain/log/keys";
import type { Rejected, RejectedRowView } from "../api";
import type { ConsoleContext } from "../server/context";
import { readWaiting } from "./ledger";
import { objectPage } from "../objects/object-page";

const SHOWN = 100;
const LOOKED_THROUGH = 50;

/** The newest rows that did not get into the warehouse, each with its reason. */
export async function listRejected({ lake, warehouse }: ConsoleContext): Promise<Rejected> {
  const newest = (await lake.processed.head())?.number ?? 0;
  const rows: RejectedRowView[] = [];
  let commits = 0;
  while (commits < Math.min(LOOKED_THROUGH, newest) && rows.length < SHOWN) {
    const commit = await lake.processed.read(commitNumber(newest - commits));
    commits += 1;
    for (const { key } of commit?.rejected.files ?? []) rows.push(...(await rowsOf(lake, key)));
  }
  const { rows: waiting, problem } = await readWaiting(warehouse, SHOWN);
  return {
    rejected: rows.slice(0, SHOWN),
    commits,
    waiting: waiting.map(({ fact, key, commit, reason }) => ({ commit, table: fact, reason, row: key })),
    bucket: lake.buckets.ingestion,
    warehouseProblem: problem,
  };
}

/** The first page of a file of rejected rows. */
async function rowsOf(lake: ConsoleContext["lake"], key: string): Promise<RejectedRowView[]> {
  const file = { bucket: lake.buckets.processed, key: `${lake.processedPrefix}${key}`, from: "" };
  const page = await objectPage(lake, file);
  if (page.kind !== "table") return [];
  const cell = (row: readonly (string | null)[], name: string): string =>
    row[page.columns.indexOf(name)] ?? "";
  return page.rows.map((row) => ({
    commit: Number(cell(row, "commit")),
    table: [cell(row, "table"), cell(row, "target")].filter(Boolean).join(" → "),
    reason: cell(row, "reason"),
    row: cell(row, "row"),
  }));
}
