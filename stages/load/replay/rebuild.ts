import type { ObjectStore } from "../../../adapters/lake/object-store";
import type { Telemetry } from "../../../adapters/aws/telemetry";
import { inWarehouseTransaction, type Warehouse } from "../../../adapters/warehouse/warehouse";
import { readMarts } from "../../../adapters/warehouse/marts";
import {
  createShadow,
  dropShadows,
  lockShadow,
  readNewestCommit,
  readRebuild,
} from "../../../adapters/warehouse/rebuild";
import { readRelations, swapSchemas } from "../../../adapters/warehouse/swap";
import { TransientError } from "../../../domain/errors";
import { loadOrder } from "../../../domain/model/model";
import { keyColumns } from "../../../domain/model/table";
import {
  shadowOfMirror,
  shadowSchema,
  keptSchema,
  type ReplayResult,
} from "../../../domain/warehouse/replay";
import { identifier } from "../../../domain/sql";
import { createTable, type ReferredTable } from "../../../domain/warehouse/ddl";
import { namesIn } from "../../../domain/warehouse/target";
import { loadCommits } from "../load";
import type { LoadContext } from "../context";
import { FRESHNESS, MIRRORS } from "../../../domain/warehouse/bookkeeping";
import { copyFreshness } from "../../../domain/warehouse/source-tables";
import { foreignMirror, readHeldTables } from "../mirror/load-mirror";
import { remakeMarts } from "../refresh-marts";

/** The model version of the rebuild that is underway in the warehouse; undefined when none is. */
export const findRebuild = ({ client, schema }: LoadContext): Promise<number | undefined> =>
  readRebuild(client, shadowSchema(schema));

/** Creates the shadow schema, with empty tables under the names of the old ones. */
export async function beginRebuild(context: LoadContext): Promise<void> {
  const { client, schema, model, telemetry } = context;
  const shadow = shadowSchema(schema);
  await withExclusiveLock(context, async (warehouse) => {
    // Another run may have begun the rebuild while this one waited.
    if ((await findRebuild(context)) !== undefined) return;
    for (const made of [shadow, shadowOfMirror(context)]) {
      await createShadow(client, made, model.version);
    }
    const catalogue = await warehouse.catalogue();
    const parents = new Map<string, ReferredTable>();
    for (const table of loadOrder(model)) {
      const names = namesIn(table, catalogue);
      const key = keyColumns(table);
      parents.set(table.name, {
        name: names.name,
        key,
        keys: key.map((part) => names.columns.get(part) ?? part),
      });
      await warehouse.execute(createTable(shadow, table, parents, names));
    }
  });
  telemetry.info("a rebuild of the warehouse has begun", { schema, shadow, model: model.version });
}

/** Drops the unfinished tables of a rebuild. The tables that readers use stay unchanged. */
export async function abandonRebuild(context: LoadContext): Promise<void> {
  const shadow = shadowSchema(context.schema);
  await withExclusiveLock(context, () => dropShadows(context.client, [shadow, shadowOfMirror(context)]));
  context.telemetry.warn("the rebuild of the warehouse was abandoned", { schema: context.schema, shadow });
}

/**
 * Loads commits into the shadow schema while there is time, and swaps when it shows at least as much as the old tables.
 */
export async function continueRebuild(context: LoadContext): Promise<ReplayResult> {
  const { client, schema, log, telemetry, now } = context;
  const shadow = shadowSchema(schema);
  if (!(await loadShadow(context, shadow))) {
    telemetry.info("another run has ended the rebuild", { schema });
    return { operation: "rebuild", state: "done", commit: await readNewestCommit(client, schema), of: 0 };
  }
  const kept = keptSchema(schema, now());
  const of: number = (await log.head())?.number ?? 0;

  const result = await inWarehouseTransaction(client, schema, async (live): Promise<ReplayResult> => {
    const loaded = (await lockShadow(client, shadow)) ? await readNewestCommit(client, shadow) : 0;
    const needed = Math.max(await readNewestCommit(client, schema), of);
    if (loaded < needed) return { operation: "rebuild", state: "underway", commit: loaded, of: needed };
    // The next run tries again to swap tables that a query reads.
    await live.waitBriefly();
    const recreated = (await readMarts(client, context)).map(({ oid }) => oid);
    await requireOwnMirror(live, context);
    if ((await live.hasRelation(schema, FRESHNESS)) && (await live.hasRelation(shadow, FRESHNESS)))
      await live.execute(copyFreshness(schema, shadow));
    await swapSchemas(client, { live: schema, shadow, kept, recreated });
    await swapMirror(live, context, recreated);
    // In the same transaction, so that no reader sees a mart of the old tables.
    await remakeMarts(live, context);
    return { operation: "rebuild", state: "done", commit: loaded, of: needed, kept };
  });
  if (result === undefined) {
    telemetry.info("another loader is at work: the swap waits for the next run", { schema });
    return { operation: "rebuild", state: "underway", commit: of, of };
  }
  const { state, commit } = result;
  if (state === "done") {
    telemetry.info("the rebuilt warehouse has replaced the old one", { schema, commit, kept });
    telemetry.info(`once the old tables are no longer needed, run: DROP SCHEMA ${identifier(kept)} CASCADE`);
  } else telemetry.info("the next run continues the rebuild", { schema, commit, of: result.of });
  return result;
}

/**
 * @throws TerminalError when the rebuilt mirror would take the place of a table that this warehouse did not create, such
 *   as the mirror of another stack
 */
async function requireOwnMirror(live: Warehouse, context: LoadContext): Promise<void> {
  const { client, schema, mirrorSchema } = context;
  const held = (await live.hasRelation(schema, MIRRORS))
    ? await readHeldTables({ warehouse: live, schema })
    : new Map<string, unknown>();
  for (const { name } of await readRelations(client, shadowOfMirror(context)))
    if (name !== null && !held.has(name) && (await live.hasRelation(mirrorSchema, name)))
      throw foreignMirror(name, context);
}

/** Swaps the rebuilt mirror with the old one, so that tables and mirror show the same commit. */
async function swapMirror(
  live: Warehouse,
  { client, schema, mirrorSchema, now }: LoadContext,
  recreated: readonly string[],
): Promise<void> {
  const shadow = shadowOfMirror({ schema, mirrorSchema });
  const relations = await readRelations(client, shadow);
  if (relations.length === 0) {
    // Nothing is mirrored, or an earlier program without a mirror began the rebuild.
    await dropShadows(client, [shadow]);
    return;
  }
  await live.prepareSchema(mirrorSchema);
  await swapSchemas(client, { live: mirrorSchema, shadow, kept: keptSchema(mirrorSchema, now()), recreated });
}

/**
 * Loads all commits into the shadow schema. Rows that are loaded again are neither counted nor tagged.
 * @returns false when the rebuild has ended in the meantime
 */
async function loadShadow(context: LoadContext, schema: string): Promise<boolean> {
  const telemetry: Telemetry = { ...context.telemetry, count: () => undefined };
  const store: ObjectStore = { ...context.store, tag: () => Promise.resolve() };
  try {
    const mirrorSchema = shadowOfMirror(context);
    await loadCommits({ ...context, schema, mirrorSchema, telemetry, store });
    return true;
  } catch (error) {
    if ((await findRebuild(context)) !== undefined) throw error;
    return false;
  }
}

/** Runs `work` as the only loader of the schema. */
async function withExclusiveLock<T>(
  { client, schema }: LoadContext,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const result = await inWarehouseTransaction(client, schema, async (warehouse) => ({
    done: await work(warehouse),
  }));
  if (result === undefined)
    throw new TransientError(`another loader is at work in ${schema}: run load again when it has ended`);
  return result.done;
}
