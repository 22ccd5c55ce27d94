import type { DataFile } from "../../domain/log/commit";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  indexReferences,
  stagingName,
} from "../../domain/warehouse/dimensions";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyFiles } from "./copy-files";
import type { CommitLoad } from "./load-table";

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
  if (files.length > 0) await copyFiles(copyIntoStaging(target), { target, files, load });
  for (const sql of indexReferences(target)) await warehouse.execute(sql);
  const result = await work();
  await warehouse.execute(dropStaging(stagingName(target)));
  return result;
}
