import type { WarehousePart } from "../../domain/log/commit";
import { referencesOf } from "../../domain/model/table";
import {
  findOrphan,
  recordHealed,
  setOrphansAside,
  stageWaiting,
  supersedeOrphans,
  type Destination,
} from "../../domain/warehouse/orphans";
import { upsertDimension } from "../../domain/warehouse/dimensions";
import { copyDirectly } from "./direct-copy";

import type { CommitLoadContext, LoadedTable } from "./context";
import { stageRows } from "./stage-rows";

/** Loads the latest rows of a dimension, and those that waited for a row that has come. */
export async function loadDimension(
  place: Destination,
  parts: readonly WarehousePart[],
  load: CommitLoadContext,
): Promise<LoadedTable> {
  const { target } = place;
  const mayWait = referencesOf(target.table).length > 0;
  const waits = mayWait && (await load.warehouse.execute(findOrphan(place))) > 0;
  // Without new rows, the table may still get those that waited.
  const batches = parts.length === 0 && waits ? [[]] : parts.map(({ files }) => files);
  const loaded = { rows: 0, waiting: 0 };
  for (const [index, files] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const straight = waits || loaded.waiting > 0 ? undefined : await copyDirectly(place, files, load);
    if (straight !== undefined) {
      loaded.rows += straight;
      continue;
    }
    await stageRows(target, files, {
      load,
      work: async () => {
        loaded.waiting += mayWait ? await tryWaiting(place, load, { isLast }) : 0;
        for (const sql of upsertDimension(place.schema, target))
          loaded.rows += await load.warehouse.execute(sql);
        if (mayWait) await load.warehouse.execute(recordHealed(place, load.commit.number));
      },
    });
  }
  return loaded;
}

/**
 * Puts the rows that wait among the staged ones, and sets those aside that cannot be loaded. Rows that wait are tried
 * with the last part of a commit: an earlier one may still replace them.
 * @returns how many rows wait now that did not before
 */
async function tryWaiting(
  place: Destination,
  { warehouse, commit }: CommitLoadContext,
  { isLast }: { readonly isLast: boolean },
): Promise<number> {
  const { number } = commit;
  await warehouse.execute(supersedeOrphans(place, { commit: number, keepSame: true }));
  if (isLast) await warehouse.execute(stageWaiting(place));
  return warehouse.execute(setOrphansAside(place, { commit: number, again: true }));
}
