import { readRecord } from "../../../domain/formats/csv/record-fields";
import type { DataFile } from "../../../domain/log/commit";
import { commitNumber, type CommitNumber } from "../../../domain/log/keys";
import type { RejectedRow } from "../../../domain/transform/rejection";
import type { Rejected, RejectedRowView } from "../api";
import { cut } from "../objects/ranged-file";
import type { ConsoleContext } from "../server/context";
import { runOf } from "./commits";
import { linesOf } from "../objects/lake-lines";
import { readWaiting } from "./ledger";
import { rowOutcomes } from "./row-outcomes";

const SHOWN = 100;
const LOOKED_THROUGH = 50;

/** A line of a file of rejected rows. */
export interface RejectedLine extends RejectedRow {
  /** The commit of process that rejected it: a row of an earlier ingest commit may have waited in quarantine. */
  readonly rejectedBy: CommitNumber;
}

/**
 * The newest rows that are missing in the warehouse, each with the reason and the later outcome.
 * @param options.commit only the rows that this commit rejected
 */
export async function listRejected(
  { lake, warehouse, history }: ConsoleContext,
  options: { readonly commit?: number | undefined } = {},
): Promise<Rejected> {
  const newest = (await lake.processed.head())?.number ?? 0;
  const rows: RejectedLine[] = [];
  const resolved: DataFile[] = [];
  const first = Math.max(1, newest - LOOKED_THROUGH + 1);
  const oldest = Math.min(first, options.commit ?? first);
  let commits = 0;
  for (let number = newest; number >= oldest && rows.length < SHOWN; number -= 1) {
    const commit = await lake.processed.read(commitNumber(number));
    commits += 1;
    resolved.push(...(commit?.resolved?.files ?? []));
    if (options.commit !== undefined && number !== options.commit) continue;
    const rejectedBy = commitNumber(number);
    for (const file of commit?.rejected.files ?? [])
      for await (const line of linesOf<RejectedRow>(lake, file, SHOWN)) rows.push({ ...line, rejectedBy });
  }
  const shown = rows.slice(0, SHOWN);
  const outcomes = await rowOutcomes(lake, shown, resolved);
  const { rows: waiting, problem } = await readWaiting(warehouse, SHOWN);
  return {
    rejected: await Promise.all(
      shown.map(async (line, index): Promise<RejectedRowView> => ({
        commit: line.commit,
        table: line.target === undefined ? line.table : `${line.table} → ${line.target}`,
        reason: line.reason,
        row: await columnsOf(line),
        since: outcomes[index] ?? { state: "unknown" },
        run: runOf(history.runs("process"), line.rejectedBy)?.result.requestId ?? null,
      })),
    ),
    commits,
    waiting: waiting.map(({ fact, key, commit, reason }) => ({
      commit,
      table: fact,
      reason,
      row: [["key", key]],
      since: { state: "missing" },
      run: null,
    })),
    bucket: lake.buckets.ingestion,
    warehouseProblem: problem,
  };
}

const columnsOf = async ({ header, row }: RejectedRow): Promise<RejectedRowView["row"]> =>
  (await readRecord(header, row)).map(([column, value]) => [column, value === null ? null : cut(value)]);
