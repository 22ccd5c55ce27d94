import { TerminalError } from "../../../domain/errors";
import { REBUILD, reloadRemedy } from "../../../domain/remedies";
import { emptyByName } from "../../../domain/log/by-name";
import type { MirrorPart } from "../../../domain/log/commit";
import { qualified } from "../../../domain/sql";
import { heldAfter, readHeld, recordHeld, type HeldTable } from "../../../domain/warehouse/mirror/held-table";
import { alterMirror, createMirror, type SchemaSteps } from "../../../domain/warehouse/mirror/follow-schema";
import { mirrorName } from "../../../domain/warehouse/mirror/mirrored-table";
import type { CommitLoadContext, LoadContext } from "../context";
import { applyRows } from "./apply-rows";

/** The mirrored tables as the warehouse has them, by their names in the source. */
type HeldTables = Map<string, HeldTable>;

/**
 * Applies a commit to the mirrored tables, within the transaction of its other tables.
 * @param only these tables of the source; all by default
 * @returns the rows that each table got, by the name of the mirrored table: inserted, or updated because they differed
 * @throws TerminalError when the mirror of a table cannot get the columns of the source
 */
export async function loadMirror(
  load: CommitLoadContext,
  only?: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const parts = Object.entries(load.commit.mirror?.parts ?? {}).filter(
    ([table]) => only?.includes(table) ?? true,
  );
  if (parts.length === 0) return {};
  await load.warehouse.prepareSchema(load.mirrorSchema);
  const held = await readHeldTables(load);
  const rows = emptyByName<number>();
  for (const [table, some] of parts) {
    let sum = 0;
    for (const part of some) sum += await loadPart(table, part, { held, load });
    rows[mirrorName(table)] = sum;
  }
  return rows;
}

/** Reads what the loader knows of the mirrored tables. */
export async function readHeldTables({
  warehouse,
  schema,
}: Pick<CommitLoadContext, "warehouse" | "schema">): Promise<HeldTables> {
  const rows = await warehouse.rows<"table" | "held">(readHeld(schema));
  return new Map(rows.map(({ table, held }) => [table ?? "", JSON.parse(held ?? "null") as HeldTable]));
}

async function loadPart(
  table: string,
  part: MirrorPart,
  { held: tables, load }: { readonly held: HeldTables; readonly load: CommitLoadContext },
): Promise<number> {
  const { warehouse, mirrorSchema, schema } = load;
  const held = tables.get(table);
  const wanted = heldAfter(part);
  await requireOwn(table, held, load);
  const steps =
    held === undefined
      ? createMirror(mirrorSchema, table, wanted)
      : alterMirror(mirrorSchema, table, { held, wanted });
  if (steps.needsRows && !part.whole)
    throw mirrorError(table, load, "has other columns now, and the commit does not have all of its rows");
  await changeSchema(table, steps, load);
  const rows = await applyRows(table, part, { held, wanted, isRekeyed: steps.isRekeyed, load });
  for (const sql of steps.after) await warehouse.execute(sql);
  await warehouse.execute(recordHeld(schema, table, wanted));
  tables.set(table, wanted);
  return rows;
}

/** @throws TerminalError for a table that somebody else created, and for one that somebody dropped */
async function requireOwn(
  table: string,
  held: HeldTable | undefined,
  load: CommitLoadContext,
): Promise<void> {
  const exists = await load.warehouse.hasRelation(load.mirrorSchema, table);
  if (held === undefined && exists) throw foreignMirror(table, load);
  if (held !== undefined && !exists) throw mirrorError(table, load, "is gone");
}

/** The error about a table in the place of a mirror that this warehouse did not create. */
export const foreignMirror = (
  table: string,
  { schema, mirrorSchema }: Pick<LoadContext, "schema" | "mirrorSchema">,
): TerminalError =>
  new TerminalError(
    `${qualified(mirrorSchema, table)} is not a mirror of the warehouse in the schema ${schema}, and the mirror of the ` +
      `table ${table} would take its place: set marble:mirrorSchema to another schema, or rename the table if no other ` +
      "stack mirrors into it",
    { subject: { table: mirrorName(table) } },
  );

/** @throws TerminalError with the remedy when a user's object depends on a column that no longer exists */
async function changeSchema(
  table: string,
  { before, dropped }: SchemaSteps,
  load: CommitLoadContext,
): Promise<void> {
  if (before.length === 0) return;
  const { warehouse, mirrorSchema } = load;
  const change = async (): Promise<void> => {
    for (const sql of before) await warehouse.execute(sql);
  };
  if (dropped.length === 0) await change();
  else await warehouse.withoutViewsOn({ schema: mirrorSchema, table }, change);
}

/** The error about a table's mirror, with the remedy. */
const mirrorError = (
  table: string,
  { commit, mirrorSchema }: CommitLoadContext,
  what: string,
): TerminalError =>
  new TerminalError(
    `the mirror ${qualified(mirrorSchema, table)} ${what}. To make it again, ${reloadRemedy(mirrorName(table))}. ` +
      `To rebuild the whole warehouse, ${REBUILD}`,
    { subject: { table: mirrorName(table), commit: commit.number } },
  );
