import type { CatalogueColumn } from "../../../domain/capture/column-changes";
import type { DataFile, MirrorPart } from "../../../domain/log/commit";
import { TerminalError } from "../../../domain/errors";
import { reloadRemedy } from "../../../domain/remedies";
import { qualified } from "../../../domain/sql";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  stagingName,
  type StagedTable,
} from "../../../domain/warehouse/dimensions";
import type { HeldTable } from "../../../domain/warehouse/mirror/held-table";
import { keyColumnsOf, mirrorName } from "../../../domain/warehouse/mirror/mirrored-table";
import {
  analyze,
  deleteAll,
  deleteOthers,
  deleteStaged,
  insertAll,
  insertNew,
  stagedAs,
  stagedIn,
  updateChanged,
  type MirrorRows,
} from "../../../domain/warehouse/mirror/rows";
import { copyFiles } from "../copy-files";
import type { CommitLoadContext } from "../context";

/** How the rows of a table changed. */
interface Changes {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/**
 * Gives a mirror the rows that the table has after a part.
 * @returns how many were inserted or updated
 * @throws TerminalError when the mirror then has another number of rows than the table
 */
export async function applyRows(
  table: string,
  part: MirrorPart,
  options: {
    readonly held: HeldTable | undefined;
    readonly wanted: HeldTable;
    readonly isRekeyed: boolean;
    readonly load: CommitLoadContext;
  },
): Promise<number> {
  const { held, wanted, load, isRekeyed } = options;
  // A row without columns cannot be stored.
  if (part.columns.length === 0) {
    await load.warehouse.execute(deleteAll({ into: qualified(load.mirrorSchema, table) }));
    return 0;
  }
  const { inserted, updated, deleted } = await changeRows(table, part, { wanted, isRekeyed, load });
  const rows = (held?.rows ?? 0) + inserted - deleted;
  if (rows !== wanted.rows)
    throw new TerminalError(
      `the mirror of ${table} would have ${rows} rows, but the source had ${wanted.rows}: ` +
        `somebody has changed ${qualified(load.mirrorSchema, table)}. To make it again, ${reloadRemedy(mirrorName(table))}`,
      { subject: { table: mirrorName(table), commit: load.commit.number } },
    );
  return inserted + updated;
}

async function changeRows(
  table: string,
  part: MirrorPart,
  {
    wanted,
    isRekeyed,
    load,
  }: { readonly wanted: HeldTable; readonly isRekeyed: boolean; readonly load: CommitLoadContext },
): Promise<Changes> {
  const { warehouse } = load;
  const into = qualified(load.mirrorSchema, table);
  const run = (sql: string): Promise<number> => warehouse.execute(sql);
  const isKeyed = wanted.key.length > 0;
  const staged = (
    columns: readonly CatalogueColumn[],
    files: readonly DataFile[],
    work: Work,
  ): Promise<Changes> =>
    stage(stagedAs(table, columns), files, {
      load,
      work: (name) => work({ into, staged: name, held: wanted }),
    });

  if (part.whole && (isRekeyed || !isKeyed))
    return staged(part.columns, part.files, async (rows) => ({
      deleted: await run(deleteAll(rows)),
      inserted: await run(insertAll(rows)),
      updated: 0,
    }));
  const gone =
    part.tombstones.length === 0
      ? NOTHING
      : await staged(keyColumnsOf(part), part.tombstones, async (rows) => ({
          ...NOTHING,
          deleted: await run(deleteStaged(rows)),
        }));
  if (part.files.length === 0 && !part.whole) return gone;
  const changed = await staged(part.columns, part.files, async (rows) => ({
    deleted: part.whole ? await run(deleteOthers(rows)) : 0,
    updated: isKeyed ? await run(updateChanged(rows)) : 0,
    inserted: await run(isKeyed ? insertNew(rows) : insertAll(rows)),
  }));
  return { ...changed, deleted: changed.deleted + gone.deleted };
}

type Work = (rows: MirrorRows) => Promise<Changes>;

const NOTHING: Changes = { inserted: 0, updated: 0, deleted: 0 };

/** Copies files into a staging table, works with it, and drops it. */
async function stage(
  of: StagedTable,
  files: readonly DataFile[],
  { load, work }: { readonly load: CommitLoadContext; readonly work: (staged: string) => Promise<Changes> },
): Promise<Changes> {
  const { warehouse } = load;
  await warehouse.execute(createStaging(of));
  const result = await warehouse.loadRows(of.table.name, async () => {
    if (files.length > 0) await copyFiles(copyIntoStaging(of), { target: of, files, load });
    await warehouse.execute(analyze({ staged: stagedIn(of) }));
    return work(stagedIn(of));
  });
  await warehouse.execute(dropStaging(stagingName(of)));
  return result;
}
