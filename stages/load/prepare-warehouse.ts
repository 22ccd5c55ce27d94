import { prepareTablesView } from "../../adapters/warehouse/confirmation";
import type { Warehouse } from "../../adapters/warehouse/warehouse";
import { TerminalError } from "../../domain/errors";
import { loadOrder } from "../../domain/model/model";
import { keyColumns, type WarehouseTable } from "../../domain/model/table";
import { LEDGER } from "../../domain/warehouse/bookkeeping";
import { createTable, type ReferredTable } from "../../domain/warehouse/ddl";
import { createCurrentView } from "../../domain/warehouse/facts";
import { checkHistory, createHistory, historyOf } from "../../domain/warehouse/history";
import { findTarget, type TargetTable } from "../../domain/warehouse/target";
import { theirName } from "../../domain/warehouse/values";
import type { LoadContext } from "./context";
import { rehearseLoads } from "./rehearse";

/**
 * Finds every table of the model in the warehouse, in load order, and creates missing tables and views, and a missing
 * ledger.
 * @throws TerminalError when the ledger is gone although facts are loaded, because they would be loaded again. Also
 *   before the first load, when the warehouse lacks something that later loads need
 */
export async function prepareWarehouse(
  warehouse: Warehouse,
  { model, schema, telemetry }: LoadContext,
): Promise<ReadonlyMap<string, TargetTable>> {
  const order = loadOrder(model);
  const found = await findTargets(warehouse, order);
  const prepared = new Set(found.keys());
  for (const table of order.filter(({ name }) => !found.has(name))) {
    telemetry.info("creating a warehouse table", { table: table.name });
    await warehouse.execute(createTable(schema, table, referable(order, found)));
  }
  const targets = found.size === order.length ? found : await findTargets(warehouse, order);
  const isFirst = !(await warehouse.ledger.exists());
  if (isFirst) {
    for (const { table, name } of targets.values()) {
      if (table.kind !== "fact" || (await warehouse.isEmpty(name))) continue;
      throw new TerminalError(
        `${schema}.${name} has rows, but the ledger ${schema}.${LEDGER} is gone: what is loaded cannot be known; ` +
          "restore the ledger, or load into an empty schema",
        { subject: { table: name } },
      );
    }
  }
  // Creates what is missing, because a warehouse of an earlier version may lack some of it.
  await warehouse.ledger.create();
  await prepareHistories(warehouse, { schema, targets, telemetry });
  if (isFirst) await rehearseLoads(warehouse, { schema, targets, prepared });
  await createViews(warehouse, schema, targets);
  return targets;
}

/** Creates the missing histories of dimensions. @throws TerminalError when another table has the name of one */
async function prepareHistories(
  warehouse: Warehouse,
  {
    schema,
    targets,
    telemetry,
  }: Pick<LoadContext, "schema" | "telemetry"> & { readonly targets: ReadonlyMap<string, TargetTable> },
): Promise<void> {
  const places = [...targets.values()].flatMap(
    (target) => historyOf({ schema, target, parents: targets }) ?? [],
  );
  if (places.length === 0) return;
  const catalogue = await warehouse.catalogue();
  for (const place of places) {
    const found = catalogue.find(({ name }) => name === place.history);
    if (found !== undefined) {
      checkHistory(place, found);
      continue;
    }
    telemetry.info("creating a warehouse table", { table: place.history });
    await warehouse.execute(createHistory(place));
  }
}

/** The tables to which a foreign key may refer: those created here, and existing tables with a unique key. */
function referable(
  order: readonly WarehouseTable[],
  found: ReadonlyMap<string, TargetTable>,
): ReadonlyMap<string, ReferredTable> {
  return new Map(
    order.flatMap((table): [string, ReferredTable][] => {
      const target = found.get(table.name);
      const key = keyColumns(table);
      if (target === undefined) return [[table.name, { name: table.name, key, keys: key }]];
      const keys = key.map((part) => theirName(target, part));
      return target.keyIsUnique ? [[table.name, { name: target.name, key, keys }]] : [];
    }),
  );
}

async function findTargets(
  warehouse: Warehouse,
  order: readonly WarehouseTable[],
): Promise<Map<string, TargetTable>> {
  const catalogue = await warehouse.catalogue();
  const targets = order.flatMap((table) => findTarget(table, catalogue) ?? []);
  return new Map(targets.map((target) => [target.table.name, target]));
}

async function createViews(
  warehouse: Warehouse,
  schema: string,
  targets: ReadonlyMap<string, TargetTable>,
): Promise<void> {
  const views = await warehouse.views();
  await prepareTablesView(warehouse, schema);
  for (const target of targets.values()) {
    const { table } = target;
    if (table.kind !== "fact" || views.has(table.currentView)) continue;
    await warehouse.execute(createCurrentView({ schema, fact: table, target, parents: targets }));
  }
}
