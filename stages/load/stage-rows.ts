import type { RefusedValue } from "../../adapters/warehouse/errors";
import type { DataFile } from "../../domain/log/commit";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  findRefusedRow,
  indexReferences,
  stagingName,
  storeColumn,
} from "../../domain/warehouse/dimensions";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyFiles } from "./copy-files";
import type { CommitLoadContext } from "./context";

/** Finds the column of the target that refuses a staged value, and such a row, by storing the values one by one. */
async function findValue(
  target: TargetTable,
  { warehouse, schema }: CommitLoadContext,
): Promise<RefusedValue | undefined> {
  for (const [ours, column] of target.columns) {
    const error = await warehouse.rehearse(storeColumn(schema, target, ours));
    if (error === undefined) continue;
    const statements = [...findRefusedRow(schema, target, ours)];
    const select = statements.pop() ?? "";
    for (const sql of statements) await warehouse.execute(sql);
    const [found] = await warehouse.rows<"key">(select);
    return { column, row: found?.key ?? undefined };
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
  { load, work }: { readonly load: CommitLoadContext; readonly work: () => Promise<T> },
): Promise<T> {
  const { warehouse } = load;
  await warehouse.execute(createStaging(target));
  const copy = (): Promise<number> => copyFiles(copyIntoStaging(target), { target, files, load });
  if (files.length > 0) await warehouse.loadRows(target.name, copy);
  for (const sql of indexReferences(target)) await warehouse.execute(sql);
  const result = await warehouse.loadRows(target.name, work, () => findValue(target, load));
  await warehouse.execute(dropStaging(stagingName(target)));
  return result;
}
