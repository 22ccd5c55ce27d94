import type { CommitLog } from "../../../adapters/lake/commit-log";
import type { IngestCommit } from "../../../domain/log/commit";
import { readSchemaHistory } from "../../schema-registry";
import type { SchemaChange, SchemaList } from "../api";

/** Lists every relation of the source in the newest commit, including those that are not ingested. */
export async function readSchemas(log: CommitLog<IngestCommit>): Promise<SchemaList> {
  const commit = (await log.head())?.commit;
  if (commit === undefined) return { asOf: null, tables: [] };
  const tables = Object.entries(commit.tables).map(([table, { columns, key, total, held, absent }]) => ({
    table,
    columns: columns.map(({ name, type }) => ({ name, type })),
    key,
    rows: total,
    problem: held?.reason ?? absent,
  }));
  const refused = Object.entries(commit.refused)
    .filter(([name]) => !Object.hasOwn(commit.tables, name))
    .map(([table, { reason }]) => ({ table, columns: [], key: [], rows: 0, problem: reason }));
  return {
    asOf: { commit: commit.number, capturedAt: commit.capturedAt ?? commit.createdAt },
    tables: [...tables, ...refused].sort((a, b) => (a.table < b.table ? -1 : 1)),
  };
}

/** Lists the changes of a table's columns, commit by commit. */
export async function readSchemaChanges(
  log: CommitLog<IngestCommit>,
  table: string,
): Promise<SchemaChange[]> {
  const changes: SchemaChange[] = [];
  for await (const entry of readSchemaHistory(log, table)) changes.push(entry);
  return changes;
}
