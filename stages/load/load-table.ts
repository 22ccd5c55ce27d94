import type { Warehouse } from "../../adapters/warehouse/warehouse";
import type { CommitLoadContext, LoadedTable } from "./context";
import { valueNamed } from "../../domain/log/by-name";
import type { DataFile, WarehousePart } from "../../domain/log/commit";
import {
  appendVersions,
  findLastVersion,
  recordBatch,
  recordDeletions,
  removeRepeated,
  stageTombstones,
  type FactTarget,
} from "../../domain/warehouse/facts";
import {
  findOrphan,
  healOrphans,
  renewReasons,
  setOrphansAside,
  supersedeByHealed,
  supersedeOrphans,
} from "../../domain/warehouse/orphans";
import { PLACEHOLDERS } from "../../domain/warehouse/bookkeeping";
import { fillNullReferences, mayReferToMembers } from "../../domain/warehouse/members";
import { findPlaceholder, healPlaceholders, placeMembers } from "../../domain/warehouse/placeholders";
import { insertCalendar } from "../../domain/warehouse/dimensions";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyDirectly } from "./direct-copy";
import { loadDimension } from "./load-dimension";
import { stageRows } from "./stage-rows";

/** Loads the rows of the commit for one table. The tables that it refers to are loaded already. */
export async function loadTable(target: TargetTable, load: CommitLoadContext): Promise<LoadedTable> {
  const { table } = target;
  const parts = valueNamed(load.commit.tables, table.name)?.parts ?? [];
  const place = { schema: load.schema, target, parents: load.targets };
  switch (table.kind) {
    case "fact":
      return loadFact({ ...place, fact: table }, parts, load);
    case "dimension":
      return loadDimension(place, parts, load);
    case "calendar":
      return loadCalendar(target, parts, load);
  }
}

async function loadCalendar(
  target: TargetTable,
  parts: readonly WarehousePart[],
  load: CommitLoadContext,
): Promise<LoadedTable> {
  const place = { schema: load.schema, target, parents: load.targets };
  const work = (): Promise<number> => load.warehouse.execute(insertCalendar(load.schema, target));
  let rows = 0;
  for (const { files } of parts)
    rows += (await copyDirectly(place, files, load)) ?? (await stageRows(target, files, { load, work }));
  return { rows, waiting: 0, placeholders: 0 };
}

/**
 * Appends versions: first those that waited for a parent, then part by part the deleted and the new ones. At the end, a
 * row that refers to a member gets its true reference, unless the commit brings a later version of it.
 */
async function loadFact(
  fact: FactTarget,
  parts: readonly WarehousePart[],
  load: CommitLoadContext,
): Promise<LoadedTable> {
  const { warehouse, commit } = load;
  const { number } = commit;
  let rows = await loadWaiting(fact, load);
  let waiting = 0;
  let placeholders = 0;
  for (const { recapture, files, tombstones } of parts) {
    if (tombstones.length > 0) await recordTombstones(fact, tombstones, load);
    if (files.length === 0) continue;
    // The direct copy needs an empty fact table: no known versions, no orphans.
    const copied = recapture || waiting > 0 ? undefined : await copyFirstVersions(fact, files, load);
    if (copied !== undefined) {
      rows += copied;
      continue;
    }
    await stageRows(fact.target, files, {
      load,
      work: async () => {
        for (const sql of fillNullReferences(fact)) await warehouse.execute(sql);
        waiting += await warehouse.execute(setOrphansAside(fact, { commit: number, again: recapture }));
        await warehouse.execute(supersedeOrphans(fact, { commit: number }));
        placeholders += await referToMembers(fact, { warehouse, commit: number, recapture });
        rows += await appendStaged(fact, { warehouse, recapture });
      },
    });
  }
  rows += await replaceMembers(fact, load);
  if (rows > 0) await warehouse.execute(recordBatch(fact, number));
  return { rows, waiting, placeholders };
}

/**
 * Lets staged versions with missing parents refer to members, if the model says so.
 * @returns the number of versions that newly refer to members
 */
async function referToMembers(
  fact: FactTarget,
  {
    warehouse,
    commit,
    recapture,
  }: { readonly warehouse: Warehouse; readonly commit: number; readonly recapture: boolean },
): Promise<number> {
  if (!mayReferToMembers(fact.target)) return 0;
  // A version that is captured again unchanged keeps its placeholder.
  await warehouse.execute(supersedeOrphans(fact, { commit, of: PLACEHOLDERS, keepSame: recapture }));
  return warehouse.execute(placeMembers(fact, { commit, again: recapture }));
}

function recordTombstones(
  fact: FactTarget,
  tombstones: readonly DataFile[],
  load: CommitLoadContext,
): Promise<number> {
  const { warehouse, commit } = load;
  const options = { staged: stageTombstones(fact), commit: commit.number };
  return stageRows(options.staged, tombstones, {
    load,
    work: async () => {
      await warehouse.execute(supersedeOrphans(fact, options));
      if (mayReferToMembers(fact.target))
        await warehouse.execute(supersedeOrphans(fact, { ...options, of: PLACEHOLDERS }));
      return warehouse.execute(recordDeletions(fact, options));
    },
  });
}

/** Appends the staged versions; returns the number of new rows in the table. */
async function appendStaged(
  fact: FactTarget,
  { warehouse, recapture }: { readonly warehouse: Warehouse; readonly recapture: boolean },
): Promise<number> {
  if (!recapture || !fact.target.changesRows) return warehouse.execute(appendVersions(fact, { recapture }));
  const [row] = await warehouse.rows<"last">(findLastVersion(fact));
  const appended = await warehouse.execute(appendVersions(fact, { recapture }));
  return appended - (await warehouse.execute(removeRepeated(fact, Number(row?.last))));
}

/** Loads the waiting versions whose parents have arrived. */
async function loadWaiting(fact: FactTarget, load: CommitLoadContext): Promise<number> {
  const { warehouse, commit } = load;
  if ((await warehouse.execute(findOrphan(fact))) === 0) return 0;
  return stageRows(fact.target, [], {
    load,
    work: async () => {
      const rows = await warehouse.execute(healOrphans(fact, commit.number));
      await warehouse.execute(supersedeByHealed(fact, commit.number));
      await warehouse.execute(renewReasons(fact));
      return rows;
    },
  });
}

/** Loads the versions that refer to members again, if their parents have arrived. */
async function replaceMembers(fact: FactTarget, load: CommitLoadContext): Promise<number> {
  const { warehouse, commit } = load;
  if (!mayReferToMembers(fact.target) || (await warehouse.execute(findPlaceholder(fact))) === 0) return 0;
  const work = (): Promise<number> => warehouse.execute(healPlaceholders(fact, commit.number));
  return stageRows(fact.target, [], { load, work });
}

/** Copies the first versions of a fact with the direct copy; undefined when some may have to wait. */
async function copyFirstVersions(
  fact: FactTarget,
  files: readonly DataFile[],
  load: CommitLoadContext,
): Promise<number | undefined> {
  if ((await load.warehouse.execute(findOrphan(fact))) > 0) return undefined;
  return copyDirectly(fact, files, load);
}
