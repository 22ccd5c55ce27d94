import { messageOf } from "../../../../domain/errors";
import { captureOf, type IngestCommit } from "../../../../domain/log/commit";
import { commitNumber } from "../../../../domain/log/keys";
import type { SourceTableView, TablesView } from "../../api";
import type { LakeReader } from "../../objects/lake-reader";
import type { ConsoleContext } from "../../server/context";
import { readHeads } from "../heads";
import { behindOf, sourceTables } from "./source-tables";
import { warehouseTables } from "./warehouse-tables";

const LOOKED_THROUGH = 20;
const SHOWN_COMMITS = 3;

/** Every table of the source and of the warehouse, with its state, the cause and the remedy. */
export async function tables({
  lake,
  warehouse,
}: Pick<ConsoleContext, "lake" | "warehouse">): Promise<TablesView> {
  const [heads, { tables: ofWarehouse, problem }] = await Promise.all([
    readHeads(lake),
    warehouseTables(warehouse),
  ]);
  const { ingested, processed } = heads;
  const newest = heads.problem === null ? (ingested.number ?? 0) : 0;
  const numbers = Array.from({ length: Math.min(newest, LOOKED_THROUGH) }, (_, index) => newest - index);
  const { commits: known, problem: unread } = await readCommits(lake, numbers);
  // Half of the truth about a table would be wrong.
  const lakeProblem = heads.problem ?? unread;
  const statuses = sourceTables({ ingested: ingested.commit, processed: processed.commit });
  const source = (lakeProblem === null ? [...statuses] : []).map(([table, status]): SourceTableView => ({
    table,
    state: status.state,
    rows: captureOf(ingested.commit, table)?.total ?? null,
    asOf: status.asOf,
    since: status.since,
    behind: behindOf(table, status) ?? null,
    rejected: status.rejected,
    commits: commitsOf(known, table),
  }));
  return {
    source: source.sort(behindFirst),
    commits: numbers.length,
    warehouse: ofWarehouse,
    lakeProblem,
    warehouseProblem: problem,
    bucket: lake.buckets.ingestion,
  };
}

/** The ingest commits with these numbers, or why one of them cannot be read. */
async function readCommits(
  { ingested }: Pick<LakeReader, "ingested">,
  numbers: readonly number[],
): Promise<{ readonly commits: readonly IngestCommit[]; readonly problem: string | null }> {
  try {
    const commits = await Promise.all(numbers.map((number) => ingested.read(commitNumber(number))));
    return { commits: commits.filter((commit) => commit !== undefined), problem: null };
  } catch (error) {
    // The console must work while S3 is out of reach or a commit is unreadable, so show the error.
    return { commits: [], problem: messageOf(error) };
  }
}

/** The newest commits that captured rows of a table. */
const commitsOf = (commits: readonly IngestCommit[], table: string): SourceTableView["commits"] =>
  commits
    .flatMap((commit) => {
      const capture = captureOf(commit, table);
      const { rows = 0, deleted = { rows: 0 } } = capture ?? {};
      return rows + deleted.rows === 0
        ? []
        : [{ number: commit.number, at: commit.createdAt, rows, deleted: deleted.rows }];
    })
    .slice(0, SHOWN_COMMITS);

const behindFirst = (a: SourceTableView, b: SourceTableView): number =>
  Number(a.behind === null) - Number(b.behind === null) || (a.table < b.table ? -1 : 1);
