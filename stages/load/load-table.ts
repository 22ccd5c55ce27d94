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
  setOrphansAside,
  supersedeByHealed,
  supersedeOrphans,
} from "../../domain/warehouse/orphans";
import { insertCalendar } from "../../domain/warehouse/dimensions";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyDirectly } from "./direct-copy";
import { loadDimension } from "./load-dimension";
import { stageRows } from "./stage-rows";

/** Loads what the commit has for one table; the tables that it refers to are loaded. */
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
  return { rows, waiting: 0 };
}

/** Appends versions: first those that waited for a parent, then part by part the deleted and the new. */
async function loadFact(
  fact: FactTarget,
  parts: readonly WarehousePart[],
  load: CommitLoadContext,
): Promise<LoadedTable> {
  const { warehouse, commit } = load;
  const { number } = commit;
  let rows = await heal(fact, load);
  let waiting = 0;
  for (const { recapture, files, tombstones } of parts) {
    if (tombstones.length > 0) await recordTombstones(fact, tombstones, load);
    if (files.length === 0) continue;
    // Nothing of the fact can be known already, nor wait, where there is nothing yet.
    const straight = recapture || waiting > 0 ? undefined : await copyFirstVersions(fact, files, load);
    if (straight !== undefined) {
      rows += straight;
      continue;
    }
    await stageRows(fact.target, files, {
      load,
      work: async () => {
        waiting += await warehouse.execute(setOrphansAside(fact, { commit: number, again: recapture }));
        await warehouse.execute(supersedeOrphans(fact, { commit: number }));
        rows += await appendStaged(fact, { warehouse, recapture });
      },
    });
  }
  if (rows > 0) await warehouse.execute(recordBatch(fact, number));
  return { rows, waiting };
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
      return warehouse.execute(recordDeletions(fact, options));
    },
  });
}

/** Appends the staged versions; returns how many the table has got. */
async function appendStaged(
  fact: FactTarget,
  { warehouse, recapture }: { readonly warehouse: Warehouse; readonly recapture: boolean },
): Promise<number> {
  if (!recapture || !fact.target.changesRows) return warehouse.execute(appendVersions(fact, { recapture }));
  const [row] = await warehouse.rows<"last">(findLastVersion(fact));
  const appended = await warehouse.execute(appendVersions(fact, { recapture }));
  return appended - (await warehouse.execute(removeRepeated(fact, Number(row?.last))));
}

/** Loads the versions whose parents have come, if any wait. */
async function heal(fact: FactTarget, load: CommitLoadContext): Promise<number> {
  const { warehouse, commit } = load;
  if ((await warehouse.execute(findOrphan(fact))) === 0) return 0;
  return stageRows(fact.target, [], {
    load,
    work: async () => {
      const rows = await warehouse.execute(healOrphans(fact, commit.number));
      await warehouse.execute(supersedeByHealed(fact, commit.number));
      return rows;
    },
  });
}

/** Copies the first versions of a fact straight into its table; undefined when some may have to wait. */
async function copyFirstVersions(
  fact: FactTarget,
  files: readonly DataFile[],
  load: CommitLoadContext,
): Promise<number | undefined> {
  if ((await load.warehouse.execute(findOrphan(fact))) > 0) return undefined;
  return copyDirectly(fact, files, load);
}
