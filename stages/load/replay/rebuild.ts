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
import { besideSchema, keptSchema, REPLAY, type ReplayResult } from "../../../domain/warehouse/replay";
import { identifier, qualified } from "../../../domain/sql";
import { LEDGER, lockLoader } from "../../../domain/warehouse/bookkeeping";
import { createTable, type ReferredTable } from "../../../domain/warehouse/ddl";
import { namesIn } from "../../../domain/warehouse/target";
import { loadCommits } from "../load";
import type { LoadContext } from "../context";
import { remakeMarts } from "../refresh-marts";

/** A rebuild that has begun: the model that it is for. */
export interface Rebuild {
  readonly model: number;
}

/** The rebuild that is underway in the warehouse, if there is one. */
export function rebuildUnderway({ client, schema }: LoadContext): Promise<Rebuild | undefined> {
  const table = qualified(besideSchema(schema), REPLAY);
  return withWarehouseErrors(async () => {
    const [found] = await rowsOf<"found">(client, "SELECT to_regclass($1)::text AS found", [table]);
    if (found?.found == null) return undefined;
    const [row] = await rowsOf<"model">(client, `SELECT model::text FROM ${table}`);
    return row === undefined ? undefined : { model: Number(row.model) };
  });
}

/** Makes the shadow schema, with empty tables under the names of the old ones. */
export async function beginRebuild(context: LoadContext): Promise<void> {
  const { schema, model, telemetry } = context;
  const beside = besideSchema(schema);
  await withExclusiveLock(context, async (warehouse) => {
    // Another run may have been first while this one waited.
    if ((await rebuildUnderway(context)) !== undefined) return;
    for (const made of [beside, besideSchema(context.mirrorSchema)]) {
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
      await warehouse.execute(createTable(beside, table, parents, names));
    }
  });
  telemetry.info("a rebuild of the warehouse has begun", { schema, beside, model: model.version });
}

/** Drops what a rebuild has made so far; the tables that readers use stay as they are. */
export async function abandonRebuild(context: LoadContext): Promise<void> {
  const beside = besideSchema(context.schema);
  const schemas = [beside, besideSchema(context.mirrorSchema)].map(identifier).join(", ");
  await withExclusiveLock(context, (warehouse) =>
    warehouse.execute(`DROP SCHEMA IF EXISTS ${schemas} CASCADE`),
  );
  context.telemetry.warn("the rebuild of the warehouse was abandoned", { schema: context.schema, beside });
}

/**
 * Loads the commits into the shadow schema, as far as there is time, and swaps when it shows no less than the
 * old tables do.
 */
export async function continueRebuild(context: LoadContext): Promise<ReplayResult> {
  const { schema, log, telemetry, now } = context;
  const beside = besideSchema(schema);
  if (!(await loadBeside(context, beside))) {
    telemetry.info("another run has ended the rebuild", { schema });
    return { operation: "rebuild", state: "done", commit: await headOf(context, schema), of: 0 };
  }
  const kept = keptSchema(schema, now());
  const of: number = (await log.head())?.number ?? 0;

  const report = await inWarehouseTransaction(context.client, schema, async (live): Promise<ReplayResult> => {
    const [lock] = await rowsOf<"locked">(context.client, lockLoader(beside));
    const loaded = lock?.locked === "true" ? await headOf(context, beside) : 0;
    const needed = Math.max(await headOf(context, schema), of);
    if (loaded < needed) return { operation: "rebuild", state: "underway", commit: loaded, of: needed };
    // Readers queue after a lock that waits, so do not wait: try again later.
    await live.execute("SET LOCAL lock_timeout = '5s'");
    const remade = (await martsOf(context.client, context)).map(({ oid }) => oid);
    await swapSchemas(context.client, { live: schema, beside, kept, remade });
    await swapMirror(live, context, remade);
    // In the same transaction: no reader sees a mart of the old tables.
    await remakeMarts(live, context);
    return { operation: "rebuild", state: "done", commit: loaded, of: needed, kept };
  });
  if (report === undefined) {
    telemetry.info("another loader is at work: the swap waits for the next run", { schema });
    return { operation: "rebuild", state: "underway", commit: of, of };
  }
  const { state, commit } = report;
  if (state === "done") {
    telemetry.info("the rebuilt warehouse has taken the place of the old one", { schema, commit, kept });
    telemetry.info(`once the old tables are no longer needed, run: DROP SCHEMA ${identifier(kept)} CASCADE`);
  } else telemetry.info("the next run continues the rebuild", { schema, commit, of: report.of });
  return report;
}

/** Puts the mirror that was made beside in the place of the old one: their tables show the same commit again. */
async function swapMirror(
  live: Warehouse,
  { client, mirrorSchema, now }: LoadContext,
  remade: readonly string[],
): Promise<void> {
  const beside = besideSchema(mirrorSchema);
  const relations = await relationsOf(client, beside);
  if (relations.length === 0) {
    // Nothing is mirrored, or a program without a mirror has begun the rebuild.
    await live.execute(`DROP SCHEMA IF EXISTS ${identifier(beside)} CASCADE`);
    return;
  }
  await live.prepareSchema(mirrorSchema);
  await swapSchemas(client, { live: mirrorSchema, beside, kept: keptSchema(mirrorSchema, now()), remade });
}

/**
 * Loads all commits into the shadow schema. Rows that are loaded again are neither counted nor tagged.
 * @returns false when the rebuild has ended in the meantime
 */
async function loadBeside(context: LoadContext, schema: string): Promise<boolean> {
  const telemetry: Telemetry = { ...context.telemetry, count: () => undefined };
  const store: ObjectStore = { ...context.store, tag: () => Promise.resolve() };
  try {
    const mirrorSchema = besideSchema(context.mirrorSchema);
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

/** The newest commit that a schema shows; 0 when its ledger does not tell. */
function headOf({ client }: LoadContext, schema: string): Promise<number> {
  const ledger = qualified(schema, LEDGER);
  return withWarehouseErrors(async () => {
    const [found] = await rowsOf<"found">(
      client,
      "SELECT (SELECT count(*) = 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'commit')::text AS found",
      [ledger],
    );
    // A ledger that is gone or is another's is a reason to rebuild.
    if (found?.found !== "true") return 0;
    const [row] = await rowsOf<"last">(
      client,
      `SELECT COALESCE(max(commit), 0)::text AS last FROM ${ledger}`,
    );
    return Number(row?.last ?? 0);
  });
}

/** @throws TerminalError when the shadow schema cannot be made */
async function requireRoom({ client }: LoadContext, beside: string): Promise<void> {
  const [row] = await rowsOf<"exists" | "allowed" | "database" | "user">(
    client,
    `SELECT (to_regnamespace(quote_ident($1)) IS NOT NULL)::text AS exists,
            has_database_privilege(current_database(), 'CREATE')::text AS allowed,
            current_database() AS database, current_user AS "user"`,
    [beside],
  );
  if (row?.exists === "true") {
    throw new TerminalError(
      `the schema ${beside} is needed for the rebuild, but exists and does not belong to Marble: rename or drop it`,
    );
  }
  if (row?.allowed !== "true") {
    const [database, user] = [row?.database ?? "", row?.user ?? ""].map(identifier);
    throw new TerminalError(
      `a rebuild creates a schema, and ${user} may not: GRANT CREATE ON DATABASE ${database} TO ${user}`,
    );
  }
}
