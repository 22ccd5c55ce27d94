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

/** The number of answers that are kept. A page of the console needs a few. */
const KEPT = 100;

const TODO: Readonly<Record<StoreName, string>> = {
  lake: "Bring S3 back if it does not answer. If an object is gone or unreadable, see “A stage fails” in docs/runbook.md. The next runs then continue from the last commit.",
  warehouse:
    "Start its database, or correct its address and password. The next run of load then loads what waits.",
};

/**
 * Keeps the last answers. While a store cannot be read, people see the last answer with its time, since when the store
 * cannot be read, why, and what to do.
 */
export function keepReadings(now: () => Date = () => new Date()): Read {
  const consoleStartedAt = now().toISOString();
  const answers = new Map<string, { readonly at: string; readonly data: unknown }>();
  const failing = new Map<string, string>();
  /** The first failure of a store since its last answer. */
  const failingStores = new Map<StoreName, string>();

  function problemOf(store: StoreName, key: string, error: unknown): StoreProblem {
    const at = now().toISOString();
    const since = [failing.get(key), failingStores.get(store), at].filter((one) => one !== undefined).sort();
    const [first = at] = since;
    failing.set(key, first);
    if (!failingStores.has(store)) failingStores.set(store, first);
    return { store, since: first, reason: messageOf(error), todo: TODO[store] };
  }

  return async <T>(
    store: StoreName,
    part: readonly unknown[],
    work: () => Promise<T>,
  ): Promise<Reading<T>> => {
    const key = JSON.stringify([store, ...part]);
    const last = answers.get(key) as { readonly at: string; readonly data: T } | undefined;
    try {
      const answer = { at: now().toISOString(), data: await work() };
      failing.delete(key);
      failingStores.delete(store);
      // The answer that was used last is the last of the map.
      answers.delete(key);
      answers.set(key, answer);
      for (const oldest of [...answers.keys()].slice(0, Math.max(0, answers.size - KEPT)))
        answers.delete(oldest);
      return { last: answer, problem: null, consoleStartedAt };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      return { last: last ?? null, problem: problemOf(store, key, error), consoleStartedAt };
    }
  };
}
