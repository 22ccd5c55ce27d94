import { createHash } from "node:crypto";
import { readColumns } from "../../adapters/warehouse/catalogue";
import { healsByItself } from "../../adapters/warehouse/errors";
import { inWarehouseTransaction, type Warehouse } from "../../adapters/warehouse/warehouse";
import {
  catchFailure,
  readMartRelations,
  readMarts,
  prepareMartsSchema,
  replaceView,
} from "../../adapters/warehouse/marts";
import { messageOf, TerminalError } from "../../domain/errors";
import { martTask, findUndeclared } from "../../domain/marts/upkeep";
import {
  createMart,
  dropMart,
  martView,
  type MartMark,
  type MartView,
  type Stars,
} from "../../domain/marts/view";
import { loadOrder } from "../../domain/model/model";
import { qualified } from "../../domain/sql";
import { findTarget, type TargetTable } from "../../domain/warehouse/target";
import type { LoadContext } from "./context";

/** A mart that differs from its declaration. */
export interface BrokenMart {
  readonly mart: string;
  /** Includes the remedy, if there is one. */
  readonly reason: string;
}

/**
 * Gives the marts their declared state, in a separate transaction. A problem with a mart never fails a load: it is
 * reported, and the next run tries again.
 * @returns the marts that could not be made; none when another loader is at work, which makes them
 */
export async function refreshMarts(context: LoadContext): Promise<readonly BrokenMart[]> {
  const { client, schema, marts, martsSchema, telemetry } = context;
  try {
    const problems = await inWarehouseTransaction(client, schema, async (warehouse) => {
      // The next run tries again to change a mart that a query reads.
      await warehouse.waitBriefly();
      return makeMarts(warehouse, context);
    });
    return [...(problems ?? [])].map(([mart, error]) => ({ mart, reason: messageOf(error) }));
  } catch (error) {
    const reason = messageOf(error);
    telemetry.warn("the marts could not be refreshed", { schema: martsSchema, reason });
    return marts.map(({ name }) => ({ mart: name, reason }));
  }
}

/**
 * Makes the marts again within the transaction that swaps the tables.
 * @throws an error when a mart would still read the old tables; the swap is then undone
 */
export async function remakeMarts(warehouse: Warehouse, context: LoadContext): Promise<void> {
  const problems = await makeMarts(warehouse, context);
  const stale = (await readMarts(context.client, context)).filter(({ readsElsewhere }) => readsElsewhere);
  if (stale.length === 0) return;
  const errors = stale.map(({ name }) => problems.get(name) ?? new TerminalError(OUTLIVED));
  const names = stale.map(({ name }) => name).join(", ");
  throw (
    errors.find(healsByItself) ??
    new TerminalError(
      `the rebuilt tables cannot replace the old ones: the marts ${names} would still read the old tables. ` +
        [...new Set(errors.map(messageOf))].join("; "),
    )
  );
}

const OUTLIVED = "it is no longer declared, but another role owns it: ask that role to drop it";

/** Creates missing marts and replaces changed ones. Returns the failures, by the names of the marts. */
async function makeMarts(warehouse: Warehouse, context: LoadContext): Promise<ReadonlyMap<string, Error>> {
  const { client, schema, martsSchema, marts, telemetry } = context;
  const problems = new Map<string, Error>();
  const stars = await findStars(warehouse, context);
  if (stars === undefined) return problems;
  const missing = await prepareMartsSchema(client, martsSchema);
  if (missing !== undefined) {
    telemetry.warn("the marts could not be made", { schema: martsSchema, reason: missing });
    return new Map(marts.map(({ name }) => [name, new TerminalError(missing)]));
  }
  const relations = await readMartRelations(client, { martsSchema, schema });
  for (const mart of marts) {
    const view = martView(mart, stars);
    const mark = markOf(view, stars);
    const task = martTask(
      { ...mark, columns: Object.keys(view.columns) },
      relations.find(({ name }) => name === mart.name),
    );
    if (task.do === "nothing") continue;
    const error = task.do === "refuse" ? new TerminalError(task.why) : await createView(view, mark, context);
    const fields = { mart: qualified(martsSchema, mart.name) };
    if (error === undefined) telemetry.info(`a mart was ${task.do}d`, fields);
    else {
      problems.set(mart.name, error);
      telemetry.warn("a mart could not be made", { ...fields, reason: error.message });
    }
  }
  for (const name of findUndeclared(relations, { schema, declared: marts.map((mart) => mart.name) })) {
    const error = await catchFailure(client, () => warehouse.execute(dropMart(martsSchema, name)));
    if (error === undefined) continue;
    problems.set(name, error);
    telemetry.warn("a mart that is no longer declared could not be dropped", {
      mart: name,
      reason: error.message,
    });
  }
  return problems;
}

/** Creates or replaces a view. Returns the error when that fails, or when the view has other columns than declared. */
function createView(view: MartView, mark: MartMark, context: LoadContext): Promise<Error | undefined> {
  const { client, martsSchema } = context;
  const create = createMart(martsSchema, view, mark);
  return catchFailure(client, async () => {
    await replaceView(client, { schema: martsSchema, name: view.name, create });
    const [made, declared] = [
      await readColumns(client, qualified(martsSchema, view.name)),
      Object.keys(view.columns),
    ];
    if (made.join("\0") !== declared.join("\0"))
      throw new TerminalError(
        `its SELECT has the columns ${made.join(", ")}, but it declares ${declared.join(", ")}: ` +
          "declare the columns of the SELECT, in their order",
      );
  });
}

/** The tables of the warehouse; undefined when some are missing, as before the first load. */
async function findStars(warehouse: Warehouse, { model, schema }: LoadContext): Promise<Stars | undefined> {
  if (!(await warehouse.ledger.exists())) return undefined;
  const catalogue = await warehouse.catalogue();
  const targets = new Map<string, TargetTable>();
  for (const table of loadOrder(model)) {
    const target = findTarget(table, catalogue);
    if (target === undefined) return undefined;
    targets.set(table.name, target);
  }
  return { schema, targets };
}

const markOf = (view: MartView, { schema }: Stars): MartMark => ({
  schema,
  digest: createHash("sha256").update(JSON.stringify(view)).digest("hex").slice(0, 16),
});
