import type { ObjectStore } from "../../../adapters/lake/object-store";
import { rowsOf } from "../../../adapters/postgres/postgres";
import type { Telemetry } from "../../../adapters/aws/telemetry";
import {
  withWarehouseErrors,
  inWarehouseTransaction,
  type Warehouse,
} from "../../../adapters/warehouse/warehouse";
import { martsOf } from "../../../adapters/warehouse/marts";
import { relationsOf, swapSchemas } from "../../../adapters/warehouse/swap";
import { TerminalError, TransientError } from "../../../domain/errors";
import { loadOrder } from "../../../domain/model/model";
import { keyColumns } from "../../../domain/model/table";
import { shadowSchema, keptSchema, REPLAY, type ReplayResult } from "../../../domain/warehouse/replay";
import { identifier, qualified } from "../../../domain/sql";
import { LEDGER, lockLoader } from "../../../domain/warehouse/bookkeeping";
import { createTable, type ReferredTable } from "../../../domain/warehouse/ddl";
import { namesIn } from "../../../domain/warehouse/target";
import { loadCommits } from "../load";
import type { LoadContext } from "../context";
import { remakeMarts } from "../refresh-marts";

/** A rebuild that has begun, with the model version that it is for. */
export interface Rebuild {
  readonly model: number;
}

/** The rebuild that is underway in the warehouse, if there is one. */
export function rebuildUnderway({ client, schema }: LoadContext): Promise<Rebuild | undefined> {
  const table = qualified(shadowSchema(schema), REPLAY);
  return withWarehouseErrors(async () => {
    const [found] = await rowsOf<"found">(client, "SELECT to_regclass($1)::text AS found", [table]);
    if (found?.found == null) return undefined;
    const [row] = await rowsOf<"model">(client, `SELECT model::text FROM ${table}`);
    return row === undefined ? undefined : { model: Number(row.model) };
  });
}

/** Creates the shadow schema, with empty tables under the names of the old ones. */
export async function beginRebuild(context: LoadContext): Promise<void> {
  const { schema, model, telemetry } = context;
  const shadow = shadowSchema(schema);
  await withExclusiveLock(context, async (warehouse) => {
    // Another run may have begun the rebuild while this one waited.
    if ((await rebuildUnderway(context)) !== undefined) return;
    for (const made of [shadow, shadowSchema(context.mirrorSchema)]) {
      await requireRoom(context, made);
      await warehouse.execute(`CREATE SCHEMA ${identifier(made)}`);
      await warehouse.execute(
        `CREATE TABLE ${qualified(made, REPLAY)} (model integer NOT NULL, begun_at timestamptz NOT NULL DEFAULT now())`,
      );
      await warehouse.execute(`INSERT INTO ${qualified(made, REPLAY)} (model) VALUES (${model.version})`);
    }
    const catalogue = await warehouse.catalogue();
    const parents = new Map<string, ReferredTable>();
    for (const table of loadOrder(model)) {
      const names = namesIn(table, catalogue);
      parents.set(table.name, {
        name: names.name,
        keys: keyColumns(table).map((key) => names.columns.get(key) ?? key),
      });
      await warehouse.execute(createTable(shadow, table, parents, names));
    }
  });
  telemetry.info("a rebuild of the warehouse has begun", { schema, shadow, model: model.version });
}

/** Drops the unfinished tables of a rebuild. The tables that readers use stay unchanged. */
export async function abandonRebuild(context: LoadContext): Promise<void> {
  const shadow = shadowSchema(context.schema);
  const schemas = [shadow, shadowSchema(context.mirrorSchema)].map(identifier).join(", ");
  await withExclusiveLock(context, (warehouse) =>
    warehouse.execute(`DROP SCHEMA IF EXISTS ${schemas} CASCADE`),
  );
  context.telemetry.warn("the rebuild of the warehouse was abandoned", { schema: context.schema, shadow });
}

/**
 * Loads commits into the shadow schema while there is time, and swaps when it shows at least as much as the old tables.
 */
export async function continueRebuild(context: LoadContext): Promise<ReplayResult> {
  const { schema, log, telemetry, now } = context;
  const shadow = shadowSchema(schema);
  if (!(await loadShadow(context, shadow))) {
    telemetry.info("another run has ended the rebuild", { schema });
    return { operation: "rebuild", state: "done", commit: await headOf(context, schema), of: 0 };
  }
  const kept = keptSchema(schema, now());
  const of: number = (await log.head())?.number ?? 0;

  const report = await inWarehouseTransaction(context.client, schema, async (live): Promise<ReplayResult> => {
    const [lock] = await rowsOf<"locked">(context.client, lockLoader(shadow));
    const loaded = lock?.locked === "true" ? await headOf(context, shadow) : 0;
    const needed = Math.max(await headOf(context, schema), of);
    if (loaded < needed) return { operation: "rebuild", state: "underway", commit: loaded, of: needed };
    // Readers would queue behind a waiting lock, so give up soon and try again later.
    await live.execute("SET LOCAL lock_timeout = '5s'");
    const remade = (await martsOf(context.client, context)).map(({ oid }) => oid);
    await swapSchemas(context.client, { live: schema, shadow, kept, remade });
    await swapMirror(live, context, remade);
    // In the same transaction, so that no reader sees a mart of the old tables.
    await remakeMarts(live, context);
    return { operation: "rebuild", state: "done", commit: loaded, of: needed, kept };
  });
  if (report === undefined) {
    telemetry.info("another loader is at work: the swap waits for the next run", { schema });
    return { operation: "rebuild", state: "underway", commit: of, of };
  }
  const { state, commit } = report;
  if (state === "done") {
    telemetry.info("the rebuilt warehouse has replaced the old one", { schema, commit, kept });
    telemetry.info(`once the old tables are no longer needed, run: DROP SCHEMA ${identifier(kept)} CASCADE`);
  } else telemetry.info("the next run continues the rebuild", { schema, commit, of: report.of });
  return report;
}

/** Swaps the rebuilt mirror with the old one, so that tables and mirror show the same commit. */
async function swapMirror(
  live: Warehouse,
  { client, mirrorSchema, now }: LoadContext,
  remade: readonly string[],
): Promise<void> {
  const shadow = shadowSchema(mirrorSchema);
  const relations = await relationsOf(client, shadow);
  if (relations.length === 0) {
    // Nothing is mirrored, or an earlier program without a mirror began the rebuild.
    await live.execute(`DROP SCHEMA IF EXISTS ${identifier(shadow)} CASCADE`);
    return;
  }
  await live.prepareSchema(mirrorSchema);
  await swapSchemas(client, { live: mirrorSchema, shadow, kept: keptSchema(mirrorSchema, now()), remade });
}

/**
 * Loads all commits into the shadow schema. Rows that are loaded again are neither counted nor tagged.
 * @returns false when the rebuild has ended in the meantime
 */
async function loadShadow(context: LoadContext, schema: string): Promise<boolean> {
  const telemetry: Telemetry = { ...context.telemetry, count: () => undefined };
  const store: ObjectStore = { ...context.store, tag: () => Promise.resolve() };
  try {
    const mirrorSchema = shadowSchema(context.mirrorSchema);
    await loadCommits({ ...context, schema, mirrorSchema, telemetry, store });
    return true;
  } catch (error) {
    if ((await rebuildUnderway(context)) !== undefined) throw error;
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
    throw new TransientError(`another loader is at work in ${schema}: invoke load again when it has ended`);
  return result.done;
}

/** The newest commit in a schema's ledger; 0 when the ledger cannot be read. */
function headOf({ client }: LoadContext, schema: string): Promise<number> {
  const ledger = qualified(schema, LEDGER);
  return withWarehouseErrors(async () => {
    const [found] = await rowsOf<"found">(
      client,
      "SELECT (SELECT count(*) = 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'commit')::text AS found",
      [ledger],
    );
    // A missing or foreign ledger is a reason to rebuild.
    if (found?.found !== "true") return 0;
    const [row] = await rowsOf<"last">(
      client,
      `SELECT COALESCE(max(commit), 0)::text AS last FROM ${ledger}`,
    );
    return Number(row?.last ?? 0);
  });
}

/** @throws TerminalError when the shadow schema cannot be made */
async function requireRoom({ client }: LoadContext, shadow: string): Promise<void> {
  const [row] = await rowsOf<"exists" | "allowed" | "database" | "user">(
    client,
    `SELECT (to_regnamespace(quote_ident($1)) IS NOT NULL)::text AS exists,
            has_database_privilege(current_database(), 'CREATE')::text AS allowed,
            current_database() AS database, current_user AS "user"`,
    [shadow],
  );
  if (row?.exists === "true") {
    throw new TerminalError(
      `the schema ${shadow} is needed for the rebuild, but exists and does not belong to Marble: rename or drop it`,
    );
  }
  if (row?.allowed !== "true") {
    const [database, user] = [row?.database ?? "", row?.user ?? ""].map(identifier);
    throw new TerminalError(
      `a rebuild creates a schema, and ${user} may not: GRANT CREATE ON DATABASE ${database} TO ${user}`,
    );
  }
}
