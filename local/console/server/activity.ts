import { messageOf } from "../../../domain/errors";
import type { Platform } from "../../platform";
import { actionOf, actionRequest, WAREHOUSE_TABLES, type Effect, type Say, type Workplace } from "./actions";
import type { Activity, ActionRun, Plan } from "../api";
import type { History } from "./history";
import { Refusal } from "./refusal";

const KEPT = 30;
const KEPT_LINES = 200;

/** The actions of the console. One action runs at a time. */
export interface Actions {
  /** @throws Refusal when the request is invalid or cannot be met here */
  plan(request: unknown): Promise<Plan>;
  /** Starts an action without waiting for its end. @throws Refusal, also while another action is underway */
  act(request: unknown): ActionRun;
  activity(): Activity;
}

export function actionsOf(platform: Platform, history: Pick<History, "announce" | "runs">): Actions {
  const actions: ActionRun[] = [];

  const change = (id: number, to: (action: ActionRun) => Partial<ActionRun>): void => {
    const index = actions.findIndex((action) => action.id === id);
    const action = actions[index];
    if (action !== undefined) actions[index] = { ...action, ...to(action) };
    history.announce("activity");
  };

  async function work(id: number, run: (say: Say) => Promise<Effect>): Promise<void> {
    const say: Say = (line) => change(id, ({ says }) => ({ says: [...says, line].slice(-KEPT_LINES) }));
    const end = (state: ActionRun["state"]): void =>
      change(id, () => ({ state, endedAt: new Date().toISOString() }));
    try {
      end((await run(say)) === "changed" ? "done" : "unchanged");
    } catch (error) {
      say(messageOf(error));
      end("failed");
    }
  }

  return {
    plan: async (request) => {
      const { title, plan } = resolve({ platform, history }, request);
      const says: string[] = [];
      await plan((line) => says.push(line));
      return { title, says };
    },
    act: (request) => {
      const { title, run } = resolve({ platform, history }, request);
      const busy = actions.find(({ state }) => state === "underway");
      if (busy !== undefined) throw new Refusal(409, `“${busy.title}” is underway: wait until it has ended`);
      const id = (actions[0]?.id ?? 0) + 1;
      const startedAt = new Date().toISOString();
      const action: ActionRun = { id, title, startedAt, endedAt: null, state: "underway", says: [] };
      actions.unshift(action);
      actions.splice(KEPT);
      history.announce("activity");
      void work(id, run);
      return action;
    },
    activity: () => ({
      actions: [...actions],
      shop: platform.source.outage === undefined ? null : { isDown: platform.source.outage.isDown() },
      warehouseTables: WAREHOUSE_TABLES,
    }),
  };
}

function resolve(workplace: Workplace, request: unknown): ReturnType<typeof actionOf> {
  const parsed = actionRequest.safeParse(request);
  if (!parsed.success) throw new Refusal(400, "unknown action");
  try {
    return actionOf(workplace, parsed.data);
  } catch (error) {
    throw new Refusal(400, messageOf(error));
  }
}
