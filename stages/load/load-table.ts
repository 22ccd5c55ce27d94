import type { Warehouse } from "../../adapters/warehouse/warehouse";
import type { DataFile, ProcessCommit, WarehousePart } from "../../domain/log/commit";
import {
  appendVersions,
  findOrphan,
  healOrphans,
  recordBatch,
  recordDeletions,
  setOrphansAside,
  stageTombstones,
  supersedeByHealed,
  supersedeOrphans,
  type FactTarget,
} from "../../domain/warehouse/facts";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  insertCalendar,
  stagingName,
  upsertDimension,
} from "../../domain/warehouse/dimensions";
import { hasSameTypes } from "../../domain/warehouse/direct-copy";
import type { TargetTable } from "../../domain/warehouse/target";
import { copyFiles } from "./copy-files";
import { copiedStraight, factsOf } from "./direct-copy";
import type { LoadContext } from "./load";

/** One commit on its way into the warehouse. */
export interface CommitLoad extends LoadContext {
  readonly warehouse: Warehouse;
  readonly commit: ProcessCommit;
  /** In load order, by the names of the model. */
  readonly targets: ReadonlyMap<string, TargetTable>;
}

/** What a table got. */
export interface LoadedTable {
  /** Rows that were inserted, or updated because they differed. */
  readonly rows: number;
  readonly orphans: number;
}

/** Loads what the commit has for one table; the tables that it refers to are loaded. */
export async function loadTable(target: TargetTable, load: CommitLoad): Promise<LoadedTable> {
  const { table } = target;
  const parts = load.commit.tables[table.name]?.parts ?? [];
  if (table.kind === "fact")
    return loadFact({ schema: load.schema, fact: table, target, parents: load.targets }, parts, load);
  const facts = parts.length === 0 ? undefined : await factsOf(target, load);
  const statements =
    table.kind === "calendar"
      ? [insertCalendar(load.schema, target)]
      : upsertDimension(load.schema, target, {
          sameTypes: facts !== undefined && hasSameTypes(target, facts),
        });
  let rows = 0;
  for (const part of parts) {
    const straight = await copiedStraight({ target, facts }, part.files, load);
    rows +=
      straight ??
      (await staged(target, part.files, load, async () => {
        let changed = 0;
        for (const sql of statements) changed += await load.warehouse.execute(sql);
        return changed;
      }));
  }
  return { rows, orphans: 0 };
}

/** Appends versions: first those that waited for a parent, then part by part the deleted and the new. */
async function loadFact(
  fact: FactTarget,
  parts: readonly WarehousePart[],
  load: CommitLoad,
): Promise<LoadedTable> {
  const { warehouse, commit } = load;
  const { number } = commit;
  let rows = await heal(fact, load);
  let orphans = 0;
  for (const { recapture, files, tombstones } of parts) {
    if (tombstones.length > 0) {
      const staging = stageTombstones(fact);
      await staged(staging, tombstones, load, async () => {
        await warehouse.execute(supersedeOrphans(fact, { staged: staging, commit: number }));
        return warehouse.execute(recordDeletions(fact, { staged: staging, commit: number }));
      });
    }
    if (files.length === 0) continue;
    // Nothing of the fact can be known already, nor wait, where there is nothing yet.
    const straight = recapture || orphans > 0 ? undefined : await firstVersions(fact, files, load);
    if (straight !== undefined) {
      rows += straight;
      continue;
    }
    rows += await staged(fact.target, files, load, async () => {
      orphans += await warehouse.execute(setOrphansAside(fact, { commit: number, recapture }));
      await warehouse.execute(supersedeOrphans(fact, { staged: fact.target, commit: number }));
      return warehouse.execute(appendVersions(fact, { recapture }));
    });
  }
  if (rows > 0) await warehouse.execute(recordBatch(fact, number));
  return { rows, orphans };
}

/** Loads the versions whose parents have come, if any wait. */
async function heal(fact: FactTarget, { warehouse, commit }: CommitLoad): Promise<number> {
  if ((await warehouse.execute(findOrphan(fact))) === 0) return 0;
  await warehouse.execute(createStaging(fact.target));
  const rows = await warehouse.execute(healOrphans(fact, commit.number));
  await warehouse.execute(supersedeByHealed(fact, commit.number));
  await warehouse.execute(dropStaging(stagingName(fact.target)));
  return rows;
}

/** Copies the first versions of a fact straight into its table; undefined when it has to be done with care. */
async function firstVersions(
  fact: FactTarget,
  files: readonly DataFile[],
  load: CommitLoad,
): Promise<number | undefined> {
  if ((await load.warehouse.execute(findOrphan(fact))) > 0) return undefined;
  return copiedStraight({ target: fact.target, facts: await factsOf(fact.target, load), fact }, files, load);
}

/** Copies files into a staging table, and works with it. */
async function staged(
  target: TargetTable,
  files: readonly DataFile[],
  load: CommitLoad,
  work: () => Promise<number>,
): Promise<number> {
  await load.warehouse.execute(createStaging(target));
  await copyFiles(copyIntoStaging(target), { target, files, load });
  const result = await work();
  await load.warehouse.execute(dropStaging(stagingName(target)));
  return result;
}
