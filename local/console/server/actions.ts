import * as z from "zod";
import { model } from "../../../domain/declarations";
import type { StageName } from "../../cloud";
import type { Outage } from "../../databases/databases";
import type { InvocationResult } from "../../cloud/lambda/function";
import { NOTHING_DONE, operate } from "../../commands/operate/operations";
import type { Platform } from "../../platform";
import { withClient } from "../../databases/postgres/client";
import { requireSuccess } from "../../commands/run-report";
import {
  repairOrders,
  payDue,
  placePurchaseOrders,
  placeSalesOrders,
  poisonOrder,
} from "../../databases/totesys/changes";
import { STAGES } from "../api";
import type { ActionRequest } from "../action-request";
import { NO_WORK, describeResult } from "../views/stage-view";
import type { History } from "./history";

export type Say = (line: string) => void;

/** Something that can be done, and what it would do. */
export interface Action {
  readonly title: string;
  readonly plan: (say: Say) => Promise<void> | void;
  /** @returns what came of it */
  readonly run: (say: Say) => Promise<Effect>;
}

/** Did it change anything? */
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

/** An action as a page asks for it. */
export const actionRequest: z.ZodType<ActionRequest> = z.union([
  z.strictObject({ action: z.literal("run"), stages: z.array(z.enum(STAGES)).min(1) }),
  z.strictObject({ action: z.literal("replay"), tables, from: z.int().positive().optional() }),
  z.strictObject({ action: z.literal("release"), tables: tables.min(1) }),
  z.strictObject({ action: z.enum(kinds) }),
]);

/** What actions work on, and what tells what came of them. */
export interface Workplace {
  readonly platform: Platform;
  readonly history: Pick<History, "runs">;
}

/** Turns what was asked for into what is done. @throws Error when this platform has nothing of the kind */
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

/** What can be done to the generated shop alone: nobody's own database is written to or stopped. */
function shopAction(workplace: Workplace, action: ShopAction): Action {
  const { ownerUrl, outage } = workplace.platform.source;
  if (ownerUrl === undefined || outage === undefined)
    throw new Error("the source is your own: the console writes nothing to it and does not stop it");
  const everything = (say: Say): Promise<Effect> => runStages(workplace, STAGES, { say, must: false });
  switch (action) {
    case "trade":
      return simple("let the shop go on", "New orders come, and payments are made.", async (say) => {
        say(await trade(ownerUrl));
        await everything(say);
        return "changed";
      });
    case "poison":
      return simple(
        "poison a row",
        "The newest sales order gets an invalid payment date. It is rejected with its reason; all other rows continue.",
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
        "They get their dates back, and are captured again.",
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
    return simple("bring the source back", "Its database server is started again.", async (say) => {
      await outage.end();
      say("the source is up");
      await everything(say);
      return "changed";
    });
  return simple(
    "kill the source",
    "Its database server is stopped, and ingest is woken to find that out. Nothing is lost; bring it back when you have seen enough.",
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

/** Runs stages one after the other, each to the end of what it wakes, and says what all of its runs did. */
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
    const told = new Set(
      runs.map((run) => (run.result.ok ? describeResult(run.result.payload) : failureText(run.result))),
    );
    // A new commit has woken process before it was its turn: then its turn finds nothing to do.
    if (told.size > 1) told.delete(NO_WORK);
    for (const line of told) {
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
    const seed = now.getTime() % 2 ** 31;
    const sales = await placeSalesOrders(client, { count: 25, seed, now });
    const purchases = await placePurchaseOrders(client, { count: 10, seed: seed + 1, now });
    const paid = await payDue(client, { count: 30, now });
    return `${sales.length} sales orders, ${purchases.length} purchase orders, ${paid.length} payments`;
  });
