import type { WarehousePart } from "../../domain/log/commit";
import { referencesOf } from "../../domain/model/table";
import { PLACEHOLDERS } from "../../domain/warehouse/bookkeeping";
import {
  fillNullReferences,
  findLackingMembers,
  hasMembers,
  mayReferToMembers,
  stageMembers,
} from "../../domain/warehouse/members";
import { findLackingVersions, historyOf, recordVersions } from "../../domain/warehouse/history";
import {
  findOrphan,
  recordHealed,
  renewReasons,
  setOrphansAside,
  stageWaiting,
  supersedeOrphans,
} from "../../domain/warehouse/orphans";
import type { Destination } from "../../domain/warehouse/parents";
import { findPlaceholder, placeMembers, stagePlaceholders } from "../../domain/warehouse/placeholders";
import { upsertDimension } from "../../domain/warehouse/dimensions";
import { copyDirectly } from "./direct-copy";
import type { CommitLoadContext, LoadedTable } from "./context";
import { stageRows } from "./stage-rows";

/** Loads the latest rows of a dimension, its members, and the waiting rows whose parents have arrived. */
export async function loadDimension(
  place: Destination,
  parts: readonly WarehousePart[],
  load: CommitLoadContext,
): Promise<LoadedTable> {
  const { target } = place;
  const mayWait = referencesOf(target.table).length > 0;
  const waits = mayWait && (await hasWaitingRows(place, load));
  // Without new rows, the table may still get waiting rows.
  const batches = parts.length === 0 && waits ? [[]] : parts.map(({ files }) => files);
  const loaded = { rows: 0, waiting: 0, placeholders: 0 };
  for (const [index, files] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const copied = waits || loaded.waiting > 0 ? undefined : await copyDirectly(place, files, load);
    if (copied !== undefined) {
      loaded.rows += copied;
      await keepHistory(place, load, { staged: false });
      continue;
    }
    // Rows of the dimension itself may refer to its members.
    loaded.rows += await loadMembers(place, load);
    await stageRows(target, files, {
      load,
      work: async () => {
        for (const sql of fillNullReferences(place)) await load.warehouse.execute(sql);
        if (mayWait) {
          const tried = await tryWaiting(place, load, { isLast });
          loaded.waiting += tried.waiting;
          loaded.placeholders += tried.placeholders;
        }
        for (const sql of upsertDimension(place.schema, target))
          loaded.rows += await load.warehouse.execute(sql);
        await keepHistory(place, load, { staged: true });
        if (!mayWait) return;
        await load.warehouse.execute(recordHealed(place, load.commit.number));
        if (isLast) await load.warehouse.execute(renewReasons(place));
      },
    });
  }
  loaded.rows += await loadMembers(place, load);
  return loaded;
}

/** Adds a version for each changed row of a dimension, if it keeps its history. */
async function keepHistory(
  place: Destination,
  { warehouse, commit }: CommitLoadContext,
  { staged }: { readonly staged: boolean },
): Promise<void> {
  const history = historyOf(place);
  if (history === undefined) return;
  const options = { commit: commit.number, at: commit.capturedAt, staged };
  for (const sql of recordVersions(history, options)) await warehouse.execute(sql);
}

async function hasWaitingRows(place: Destination, { warehouse }: CommitLoadContext): Promise<boolean> {
  if ((await warehouse.execute(findOrphan(place))) > 0) return true;
  return mayReferToMembers(place.target) && (await warehouse.execute(findPlaceholder(place))) > 0;
}

/** Updates the members of a dimension; returns how many were outdated. */
async function loadMembers(place: Destination, load: CommitLoadContext): Promise<number> {
  const { target, schema } = place;
  const { warehouse } = load;
  if (!hasMembers(target) || !(await lacksMembers(place, load))) return 0;
  return stageRows(target, [], {
    load,
    work: async () => {
      let rows = 0;
      await warehouse.execute(stageMembers(place));
      for (const sql of upsertDimension(schema, target)) rows += await warehouse.execute(sql);
      await keepHistory(place, load, { staged: true });
      return rows;
    },
  });
}

async function lacksMembers(place: Destination, { warehouse }: CommitLoadContext): Promise<boolean> {
  if ((await warehouse.execute(findLackingMembers(place))) > 0) return true;
  const history = historyOf(place);
  return history !== undefined && (await warehouse.execute(findLackingVersions(history))) > 0;
}

/**
 * Stages the waiting rows with the last part of a commit, because an earlier part may replace them. Sets staged rows
 * without a parent aside, unless the model lets them refer to a member.
 * @returns how many rows wait now that did not before, and how many refer to other members than before
 */
async function tryWaiting(
  place: Destination,
  { warehouse, commit }: CommitLoadContext,
  { isLast }: { readonly isLast: boolean },
): Promise<Pick<LoadedTable, "waiting" | "placeholders">> {
  const { number } = commit;
  const members = mayReferToMembers(place.target);
  const supersede = { commit: number, keepSame: true };
  await warehouse.execute(supersedeOrphans(place, supersede));
  if (members) await warehouse.execute(supersedeOrphans(place, { ...supersede, of: PLACEHOLDERS }));
  if (isLast) {
    await warehouse.execute(stageWaiting(place));
    if (members) await warehouse.execute(stagePlaceholders(place));
  }
  const options = { commit: number, again: true };
  const waiting = await warehouse.execute(setOrphansAside(place, options));
  const placeholders = members ? await warehouse.execute(placeMembers(place, options)) : 0;
  return { waiting, placeholders };
}
