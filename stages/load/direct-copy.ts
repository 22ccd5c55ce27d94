import type { DataFile } from "../../domain/log/commit";
import type { Destination } from "../../domain/warehouse/parents";
import {
  addForeignKeys,
  copyIntoTarget,
  describeTable,
  dropForeignKeys,
  findUncheckedOrphan,
  takesCopy,
  type TableProperties,
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
  const properties = await readProperties(target, load);
  if (properties === undefined || !takesCopy(target, properties)) return undefined;

  const { foreignKeys } = properties;
  return warehouse.attempt(async () => {
    if (foreignKeys.length > 0) await warehouse.execute(dropForeignKeys(schema, target, foreignKeys));
    const copy = (): Promise<number> => copyFiles(copyIntoTarget(schema, target), { target, files, load });
    const rows = await warehouse.loadRows(target.name, copy);
    if (foreignKeys.length > 0) await warehouse.execute(addForeignKeys(schema, target, foreignKeys));
    const orphan = findUncheckedOrphan(place, foreignKeys);
    return orphan !== undefined && (await warehouse.execute(orphan)) > 0 ? undefined : rows;
  });
}

/** Reads the properties of the table from PostgreSQL. */
async function readProperties(
  target: TargetTable,
  { warehouse, schema }: CommitLoadContext,
): Promise<TableProperties | undefined> {
  const [row] = await warehouse.rows<"properties">(describeTable(schema, target));
  return (JSON.parse(row?.properties ?? "null") as TableProperties | null) ?? undefined;
}
