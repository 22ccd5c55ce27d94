import { captureOf, type IngestCommit } from "../../../../domain/log/commit";
import { commitNumber } from "../../../../domain/log/keys";
import type { SourceTables, SourceTableView, TablesView } from "../../api";
import type { LakeReader } from "../../objects/lake-reader";
import type { ConsoleContext } from "../../server/context";
import { behindOf, sourceTables } from "./source-tables";
import { readWarehouseState } from "./warehouse-tables";

const LOOKED_THROUGH = 20;
const SHOWN_COMMITS = 3;

/** Reads every table of the source and of the warehouse, with its state, the cause and the remedy. */
export async function readTables({
  lake,
  warehouse,
  read,
}: Pick<ConsoleContext, "lake" | "warehouse" | "read">): Promise<TablesView> {
  const [source, ofWarehouse] = await Promise.all([
    read("lake", ["tables"], () => readSourceTables(lake)),
    read("warehouse", ["tables"], () => readWarehouseState(warehouse)),
  ]);
  return { source, warehouse: ofWarehouse, bucket: lake.buckets.ingestion };
}

/** Half of the truth about a table would be wrong. @throws when any of the commits cannot be read */
async function readSourceTables(lake: LakeReader): Promise<SourceTables> {
  const [ingested, processed] = await Promise.all([lake.ingested.head(), lake.processed.head()]);
  const newest = ingested?.number ?? 0;
  const numbers = Array.from({ length: Math.min(newest, LOOKED_THROUGH) }, (_, index) => newest - index);
  const read = await Promise.all(numbers.map((number) => lake.ingested.read(commitNumber(number))));
  const known = read.filter((commit) => commit !== undefined);
  const statuses = sourceTables({ ingested: ingested?.commit, processed: processed?.commit });
  const views = [...statuses].map(([table, status]): SourceTableView => ({
    table,
    state: status.state,
    rows: captureOf(ingested?.commit, table)?.total ?? null,
    asOf: status.asOf,
    since: status.since,
    behind: behindOf(table, status) ?? null,
    rejected: status.rejected,
    commits: commitsOf(known, table),
  }));
  return { tables: views.sort(behindFirst), commits: numbers.length };
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
