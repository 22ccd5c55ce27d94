import type { DataFile } from "../../domain/log/commit";
import type { Destination } from "../../domain/warehouse/parents";
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
import type { CommitLoadContext } from "./context";

/**
 * Copies files into an empty table without a staging table. The references of all rows are checked together.
 * @returns the number of rows; undefined, with nothing done, when the table has rows or columns of other types, or when
 *   a parent is missing
 */
export async function copyDirectly(
  place: Destination,
  files: readonly DataFile[],
  load: CommitLoadContext,
): Promise<number | undefined> {
  const { target, schema } = place;
  const { warehouse } = load;
  if (!(await warehouse.isEmpty(target.name))) return undefined;
  const facts = await factsOf(target, load);
  if (facts === undefined || !takesCopy(target, facts)) return undefined;

  const { foreignKeys } = facts;
  return warehouse.attempt(async () => {
    if (foreignKeys.length > 0) await warehouse.execute(dropForeignKeys(schema, target, foreignKeys));
    const copy = (): Promise<number> => copyFiles(copyIntoTarget(schema, target), { target, files, load });
    const rows = await warehouse.loadRows(target.name, copy);
    if (foreignKeys.length > 0) await warehouse.execute(addForeignKeys(schema, target, foreignKeys));
    const orphan = findUnwatchedOrphan(place, foreignKeys);
    return orphan !== undefined && (await warehouse.execute(orphan)) > 0 ? undefined : rows;
  });
}

/** Reads the properties of the table from PostgreSQL. */
async function factsOf(
  target: TargetTable,
  { warehouse, schema }: CommitLoadContext,
): Promise<TableFacts | undefined> {
  const [row] = await warehouse.rows<"facts">(describeTable(schema, target));
  return (JSON.parse(row?.facts ?? "null") as TableFacts | null) ?? undefined;
}
