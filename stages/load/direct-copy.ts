import type { DataFile } from "../../domain/log/commit";
import type { FactTarget } from "../../domain/warehouse/facts";
import {
  addForeignKeys,
  copyIntoTarget,
  describeTable,
  dropForeignKeys,
  findUnwatchedOrphan,
  takesCopy,
  type TableFacts,
} from "../../domain/warehouse/direct-copy";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyFiles } from "./copy-files";
import type { CommitLoad } from "./load-table";

/** What PostgreSQL says of the table. */
export async function factsOf(
  target: TargetTable,
  { warehouse, schema }: CommitLoad,
): Promise<TableFacts | undefined> {
  const [row] = await warehouse.rows<"facts">(describeTable(schema, target));
  return (JSON.parse(row?.facts ?? "null") as TableFacts | null) ?? undefined;
}

/**
 * Copies files straight into a table that is empty, without a staging table.
 * @param fact of a fact: its references are checked for all rows at once
 * @returns the number of rows; undefined, and nothing is done, when the table has rows or columns of other
 *   types, or when a row refers to a parent that is missing
 */
export async function copiedStraight(
  { target, facts, fact }: { target: TargetTable; facts: TableFacts | undefined; fact?: FactTarget },
  files: readonly DataFile[],
  load: CommitLoad,
): Promise<number | undefined> {
  const { warehouse, schema } = load;
  if (facts === undefined || !takesCopy(target, facts) || !(await warehouse.isEmpty(target.name)))
    return undefined;

  const { foreignKeys } = facts;
  return warehouse.attempt(async () => {
    if (foreignKeys.length > 0) await warehouse.execute(dropForeignKeys(schema, target, foreignKeys));
    const rows = await copyFiles(copyIntoTarget(schema, target), { target, files, load });
    if (foreignKeys.length > 0) await warehouse.execute(addForeignKeys(schema, target, foreignKeys));
    const orphan = fact === undefined ? undefined : findUnwatchedOrphan(fact, foreignKeys);
    return orphan !== undefined && (await warehouse.execute(orphan)) > 0 ? undefined : rows;
  });
}
