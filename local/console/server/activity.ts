import { messageOf } from "../../../domain/errors";
import type { Platform } from "../../platform";
import { actionOf, actionRequest, WAREHOUSE_TABLES, type Effect, type Say, type Workplace } from "./actions";
import type { Activity, Deed, Plan } from "../api";
import type { History } from "./history";
import { Refusal } from "./refusal";

const KEPT = 30;
const KEPT_LINES = 200;

/** What people have done from the console; one thing at a time. */
export interface Actions {
  /** @throws Refusal when the request is none, or cannot be met here */
  plan(request: unknown): Promise<Plan>;
  /** Begins it, and does not wait for its end. @throws Refusal, also while something else is underway */
  act(request: unknown): Deed;
  activity(): Activity;
}

export function actionsOf(platform: Platform, history: Pick<History, "tell" | "runs">): Actions {
  const deeds: Deed[] = [];

  const change = (id: number, to: (deed: Deed) => Partial<Deed>): void => {
    const index = deeds.findIndex((deed) => deed.id === id);
    const deed = deeds[index];
    if (deed !== undefined) deeds[index] = { ...deed, ...to(deed) };
    history.tell("activity");
  };

  async function work(id: number, run: (say: Say) => Promise<Effect>): Promise<void> {
    const say: Say = (line) => change(id, ({ says }) => ({ says: [...says, line].slice(-KEPT_LINES) }));
    const end = (state: Deed["state"]): void =>
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
      const { title, plan } = asked({ platform, history }, request);
      const says: string[] = [];
      await plan((line) => says.push(line));
      return { title, says };
    },
    act: (request) => {
      const { title, run } = asked({ platform, history }, request);
      const busy = deeds.find(({ state }) => state === "underway");
      if (busy !== undefined) throw new Refusal(409, `“${busy.title}” is underway: wait until it has ended`);
      const id = (deeds[0]?.id ?? 0) + 1;
      const startedAt = new Date().toISOString();
      const deed: Deed = { id, title, startedAt, endedAt: null, state: "underway", says: [] };
      deeds.unshift(deed);
      deeds.splice(KEPT);
      history.tell("activity");
      void work(id, run);
      return deed;
    },
    activity: () => ({
      deeds: [...deeds],
      shop: platform.source.outage === undefined ? null : { isDown: platform.source.outage.isDown() },
      warehouseTables: WAREHOUSE_TABLES,
    }),
  };
}

function asked(workplace: Workplace, request: unknown): ReturnType<typeof actionOf> {
  const parsed = actionRequest.safeParse(request);
  if (!parsed.success) throw new Refusal(400, "unknown action");
  try {
    return actionOf(workplace, parsed.data);
  } catch (error) {
    throw new Refusal(400, messageOf(error));
  }
}
