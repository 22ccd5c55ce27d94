import type { DataFile } from "../../domain/log/commit";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  indexReferences,
  stagingName,
  storeColumn,
} from "../../domain/warehouse/dimensions";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyFiles } from "./copy-files";
import type { CommitLoad } from "./context";

/** The column of the target that does not take what is staged for it, tried one by one. */
async function findColumn(
  target: TargetTable,
  { warehouse, schema }: CommitLoad,
): Promise<string | undefined> {
  for (const [ours, theirs] of target.columns) {
    const error = await warehouse.rehearse(storeColumn(schema, target, ours));
    if (error !== undefined) return theirs;
  }
  return undefined;
}

/**
 * Copies files into a staging table, works with it, and drops it.
 * @returns what `work` returns
 */
export async function stageRows<T>(
  target: TargetTable,
  files: readonly DataFile[],
  { load, work }: { readonly load: CommitLoad; readonly work: () => Promise<T> },
): Promise<T> {
  const { warehouse } = load;
  await warehouse.execute(createStaging(target));
  const copy = (): Promise<number> => copyFiles(copyIntoStaging(target), { target, files, load });
  if (files.length > 0) await warehouse.loadRows(target.name, copy);
  for (const sql of indexReferences(target)) await warehouse.execute(sql);
  const result = await warehouse.loadRows(target.name, work, () => findColumn(target, load));
  await warehouse.execute(dropStaging(stagingName(target)));
  return result;
}
