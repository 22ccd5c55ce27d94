import * as z from "zod";
import { model } from "../../../domain/declarations";
import type { StageName } from "../../cloud";
import type { Outage } from "../../databases/databases";
import type { InvocationResult } from "../../cloud/lambda/function";
import { NOTHING_DONE, operate } from "../../commands/operate/operations";
import type { Platform } from "../../platform";
import { withClient } from "../../databases/postgres/client";
import { NO_WORK, summary } from "../../commands/present";
import { requireSuccess } from "../../commands/run-report";
import {
  repairOrders,
  payDue,
  placePurchaseOrders,
  placeSalesOrders,
  poisonOrder,
} from "../../databases/totesys/changes";
import { catchUp } from "../../databases/totesys/catch-up";
import { STAGES } from "../api";
import type { ActionRequest } from "../action-request";
import type { History } from "./history";

export type Say = (line: string) => void;

/** An action and its plan. */
interface Action {
  readonly title: string;
  readonly plan: (say: Say) => Promise<void> | void;
  /** @returns whether it changed anything */
  readonly run: (say: Say) => Promise<Effect>;
}

/** Whether an action changed anything. */
export type Effect = "changed" | "unchanged";

export const WAREHOUSE_TABLES: readonly string[] = [model.calendar, ...model.tables].map(({ name }) => name);

const tables = z.array(z.string().min(1));
const kinds = [
  "abandon-replay",
  "reprocess",
  "trade",
  "poison",
  "repair",
  "stop-source",
  "start-source",
] as const;

/** The request of a page for an action. */
export const actionRequest: z.ZodType<ActionRequest> = z.union([
  z.strictObject({ action: z.literal("run"), stages: z.array(z.enum(STAGES)).min(1) }),
  z.strictObject({ action: z.literal("replay"), tables, from: z.int().positive().optional() }),
  z.strictObject({ action: z.literal("release"), tables: tables.min(1) }),
  z.strictObject({ action: z.enum(kinds) }),
]);

/** What actions work on, and the history with their effects. */
export interface Workplace {
  readonly platform: Platform;
  readonly history: Pick<History, "runs">;
}

/** Finds the action of a request. @throws Error when this platform does not have the action */
export function actionOf(workplace: Workplace, request: ActionRequest): Action {
  const { platform } = workplace;
  const { action } = request;
  switch (action) {
    case "run":
      return simple(`run ${request.stages.join(", ")}`, "Nothing that is loaded is loaded twice.", (say) =>
        runStages(workplace, request.stages, { say, must: true }),
      );
    case "replay":
    case "abandon-replay":
    case "reprocess":
    case "release": {
      const some = "tables" in request ? request.tables : [];
      const options = { operation: action, tables: some, from: "from" in request ? request.from : undefined };
      return {
        title: [action, ...some].join(" "),
        plan: async (say) => {
          await operate(platform, { ...options, dryRun: true }, (line) => {
            if (line !== NOTHING_DONE) say(line);
          });
        },
        run: async (say) =>
          (await operate(platform, { ...options, dryRun: false }, say)) ? "changed" : "unchanged",
      };
    }
    default:
      return shopAction(workplace, action);
  }
}

type ShopAction = Extract<
  (typeof kinds)[number],
  "trade" | "poison" | "repair" | "stop-source" | "start-source"
>;

/** The actions on the generated shop. They never write to a user's own database and never stop it. */
function shopAction(workplace: Workplace, action: ShopAction): Action {
  const { ownerUrl, outage } = workplace.platform.source;
  if (ownerUrl === undefined || outage === undefined)
    throw new Error("this source is your own: the console never writes to it or stops it");
  const everything = (say: Say): Promise<Effect> => runStages(workplace, STAGES, { say, must: false });
  switch (action) {
    case "trade":
      return simple("make new orders", "The shop gets new orders and payments.", async (say) => {
        say(await trade(ownerUrl));
        await everything(say);
        return "changed";
      });
    case "poison":
      return simple(
        "poison a row",
        "The newest sales order gets an invalid payment date. Process rejects the row with the reason. All other rows pass.",
        async (say) => {
          const id = await withClient(ownerUrl, (client) => poisonOrder(client, { now: new Date() }));
          say(`the sales order ${id} has an invalid payment date`);
          await everything(say);
          return "changed";
        },
      );
    case "repair":
      return simple(
        "repair poisoned rows",
        "The rows get valid dates, and ingest captures them again.",
        async (say) => {
          const ids = await withClient(ownerUrl, (client) => repairOrders(client, { now: new Date() }));
          say(ids.length === 0 ? "no row is poisoned" : `repaired the sales orders ${ids.join(", ")}`);
          const effect = await everything(say);
          return ids.length > 0 ? "changed" : effect;
        },
      );
    case "stop-source":
    case "start-source":
      return outageAction(action, outage, {
        wake: (say) => runStages(workplace, ["ingest"], { say, must: false }),
        everything,
      });
  }
}

function outageAction(
  action: "stop-source" | "start-source",
  outage: Outage,
  { wake, everything }: { readonly wake: Action["run"]; readonly everything: Action["run"] },
): Action {
  if (action === "start-source")
    return simple("bring the source back", "The database server starts again.", async (say) => {
      await outage.end();
      say("the source is up");
      await everything(say);
      return "changed";
    });
  return simple(
    "kill the source",
    "The database server stops, and ingest runs and fails. Nothing is lost. You can bring the source back at any time.",
    async (say) => {
      await outage.begin();
      say("the source is stopped");
      await wake(say);
      return "changed";
    },
  );
}

const simple = (title: string, says: string, run: Action["run"]): Action => ({
  title,
  plan: (say) => say(says),
  run,
});

/** Runs stages one after the other. Waits for all runs that a stage triggers, and says what they did. */
async function runStages(
  { platform: { cloud }, history }: Workplace,
  stages: readonly StageName[],
  { say, must }: { readonly say: Say; readonly must: boolean },
): Promise<Effect> {
  const start = new Date();
  let effect: Effect = "unchanged";
  for (const stage of stages) {
    const result = await cloud.invoke(stage);
    await cloud.settled();
    const runs = history.runs(stage).filter(({ endedAt }) => endedAt >= start);
    const lines = new Set(
      runs.map((run) => (run.result.ok ? summary(run.result.payload) : failureText(run.result))),
    );
    // A new commit may have triggered process before this run, which then has no work.
    if (lines.size > 1) lines.delete(NO_WORK);
    for (const line of lines) {
      say(`${stage}: ${line}`);
      if (line !== NO_WORK) effect = "changed";
    }
    if (must) requireSuccess(stage, result);
  }
  return effect;
}

const failureText = ({ error }: InvocationResult): string =>
  `failed: ${error?.message ?? "no reason was given"}`;

const trade = (ownerUrl: string): Promise<string> =>
  withClient(ownerUrl, async (client) => {
    const now = new Date();
    // The platform may have run for days without any order.
    await catchUp(client, { now });
    const seed = now.getTime() % 2 ** 31;
    const sales = await placeSalesOrders(client, { count: 25, seed, now });
    const purchases = await placePurchaseOrders(client, { count: 10, seed: seed + 1, now });
    const paid = await payDue(client, { count: 30, now });
    return `${sales.length} sales orders, ${purchases.length} purchase orders, ${paid.length} payments`;
  });
