import { readRecord } from "../../../domain/formats/csv/record-fields";
import type { DataFile } from "../../../domain/log/commit";
import { commitNumber, type CommitNumber } from "../../../domain/log/keys";
import type { RejectedRow } from "../../../domain/transform/rejection";
import type { Rejected, RejectedList, RejectedRowView } from "../api";
import { cut } from "../objects/ranged-file";
import type { ConsoleContext } from "../server/context";
import { runOf } from "./commits";
import { linesOf } from "../objects/lake-lines";
import { readWaiting, type WaitingRow } from "./ledger";
import { findRowOutcomes } from "./row-outcomes";

const SHOWN = 100;
const LOOKED_THROUGH = 50;

/** A line of a file of rejected rows. */
interface RejectedLine extends RejectedRow {
  /** The commit of process that rejected it: a row of an earlier ingest commit may have waited in quarantine. */
  readonly rejectedBy: CommitNumber;
}

/**
 * The newest rows that are missing in the warehouse, each with the reason and the later outcome.
 * @param options.commit only the rows that this commit rejected
 */
export async function listRejected(
  context: ConsoleContext,
  options: { readonly commit?: number | undefined } = {},
): Promise<Rejected> {
  const { lake, warehouse, read } = context;
  const [rejected, waiting] = await Promise.all([
    read("lake", ["rejected", options.commit], () => readRejected(context, options.commit)),
    read("warehouse", ["waiting"], async () => (await readWaiting(warehouse, SHOWN)).map(waitingView)),
  ]);
  return { rejected, waiting, bucket: lake.buckets.ingestion };
}

async function readRejected(
  { lake, history }: ConsoleContext,
  wanted: number | undefined,
): Promise<RejectedList> {
  const newest = (await lake.processed.head())?.number ?? 0;
  const rows: RejectedLine[] = [];
  const resolved: DataFile[] = [];
  const first = Math.max(1, newest - LOOKED_THROUGH + 1);
  const oldest = Math.min(first, wanted ?? first);
  let commits = 0;
  for (let number = newest; number >= oldest && rows.length < SHOWN; number -= 1) {
    const commit = await lake.processed.read(commitNumber(number));
    commits += 1;
    resolved.push(...(commit?.resolved?.files ?? []));
    if (wanted !== undefined && number !== wanted) continue;
    const rejectedBy = commitNumber(number);
    for (const file of commit?.rejected.files ?? [])
      for await (const line of linesOf<RejectedRow>(lake, file, SHOWN)) rows.push({ ...line, rejectedBy });
  }
  const shown = rows.slice(0, SHOWN);
  const outcomes = await findRowOutcomes(lake, shown, resolved);
  const views = shown.map(async (line, index): Promise<RejectedRowView> => ({
    commit: line.commit,
    table: line.target === undefined ? line.table : `${line.table} → ${line.target}`,
    reason: line.reason,
    row: await columnsOf(line),
    since: outcomes[index] ?? { state: "unknown" },
    run: runOf(history.runs("process"), line.rejectedBy)?.result.requestId ?? null,
  }));
  return { rows: await Promise.all(views), commits };
}

const waitingView = ({ fact, key, commit, reason }: WaitingRow): RejectedRowView => ({
  commit,
  table: fact,
  reason,
  row: [["key", key]],
  since: { state: "missing" },
  run: null,
});

const columnsOf = async ({ header, row }: RejectedRow): Promise<RejectedRowView["row"]> =>
  (await readRecord(header, row)).map(([column, value]) => [column, value === null ? null : cut(value)]);
