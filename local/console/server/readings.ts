import { messageOf } from "../../../domain/errors";
import type { Reading, StoreName, StoreProblem } from "../api";
import { Refusal } from "./refusal";

/**
 * Reads a part of a store, and keeps the answer.
 * @param part identifies what is read
 */
export type Read = <T>(
  store: StoreName,
  part: readonly unknown[],
  work: () => Promise<T>,
) => Promise<Reading<T>>;

/** The number of answers and of failing parts that are kept. A page of the console needs a few. */
const KEPT = 100;

const REMEDIES: Readonly<Record<StoreName, string>> = {
  lake: "Bring S3 back if it does not answer. If an object is gone or unreadable, see “A stage fails” in docs/runbook.md. The next runs then continue from the last commit.",
  warehouse:
    "Start its database, or correct its address and password. If a query waits for a lock, end the session that holds it. The next run of load then loads what waits.",
};

/** An answer of a store. */
interface Kept {
  /** When the request for it began. */
  readonly at: string;
  readonly data: unknown;
  /** Requests have numbers in the order in which they began. */
  readonly request: number;
}

/** When a problem began, as far as this console knows. */
type Beginning = Pick<StoreProblem, "since" | "orEarlier">;

/** Makes this entry the newest of the map, and forgets the oldest entries. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of [...map.keys()].slice(0, Math.max(0, map.size - KEPT))) map.delete(oldest);
}

/**
 * Keeps the last answers. While a store cannot be read, people see the last answer with its time, since when the store
 * cannot be read, why, and what to do. Requests for a part may overlap: the outcome of the one that began last counts.
 */
export function keepReadings(now: () => Date = () => new Date()): Read {
  const consoleStartedAt = now().toISOString();
  const answers = new Map<string, Kept>();
  const failing = new Map<string, Beginning>();
  /** The first failure of a store since its last answer. */
  const failingStores = new Map<StoreName, Beginning>();
  let requests = 0;

  function problemOf(store: StoreName, key: string, error: unknown): StoreProblem {
    const ofPart = failing.get(key) ?? { since: now().toISOString(), orEarlier: !answers.has(key) };
    const ofStore = failingStores.get(store) ?? ofPart;
    const first = ofStore.since < ofPart.since ? ofStore : ofPart;
    keep(failing, key, first);
    failingStores.set(store, ofStore);
    return { store, ...first, reason: messageOf(error), todo: REMEDIES[store] };
  }

  return async <T>(
    store: StoreName,
    part: readonly unknown[],
    work: () => Promise<T>,
  ): Promise<Reading<T>> => {
    const key = JSON.stringify([store, ...part]);
    const [request, at] = [(requests += 1), now().toISOString()];
    /** The kept answer, with the number of its request. Other requests may have replaced it meanwhile. */
    const lastOf = (): readonly [Reading<T>["last"], number] => {
      const kept = answers.get(key);
      return kept === undefined ? [null, 0] : [{ at: kept.at, data: kept.data as T }, kept.request];
    };
    try {
      const data = await work();
      const [last, answered] = lastOf();
      if (answered > request) return { last, problem: null, consoleStartedAt };
      failing.delete(key);
      failingStores.delete(store);
      keep(answers, key, { at, data, request });
      return { last: { at, data }, problem: null, consoleStartedAt };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const [last, answered] = lastOf();
      // A request that began later has read the part, so this failure is over.
      const problem = answered > request ? null : problemOf(store, key, error);
      return { last, problem, consoleStartedAt };
    }
  };
}
