import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { InvocationResult, LambdaFunction } from "./function";

interface AsyncInvokerOptions {
  readonly function: Pick<LambdaFunction, "arn" | "invoke">;
  /** Attempts after the first one; Lambda's default and maximum is 2. */
  readonly maximumRetryAttempts?: number;
  /** The pauses before the retries; the last one repeats. AWS waits one minute, then two. */
  readonly retryDelaysMs?: readonly number[];
  /** The largest number of concurrent invocations. Others wait, as at the concurrency limit of a function. */
  readonly maximumConcurrency?: number;
}

/** The queue in front of a function that is invoked asynchronously (by S3, SNS, EventBridge). */
export interface AsyncInvoker {
  /** Accepts an event. The caller does not learn the outcome. */
  enqueue(event: unknown): void;
  /** Resolves when nothing is queued, running or waiting for a retry. */
  drain(): Promise<void>;
  /** Starts no more attempts, drops queued events, and waits for the attempts in progress. */
  stop(): Promise<void>;
}

/**
 * Invokes the function as Lambda does for asynchronous sources. It retries a failed event with the same request id, and
 * drops it after the last attempt (AWS Lambda developer guide, "Asynchronous invocation"). Events may arrive in any
 * order and more than once.
 */
export function createAsyncInvoker({
  function: lambda,
  maximumRetryAttempts = 2,
  retryDelaysMs = [100, 200],
  maximumConcurrency = 10,
}: AsyncInvokerOptions): AsyncInvoker {
  const stopping = new AbortController();
  const unfinished = new Set<Promise<void>>();
  const slots = createSlots(maximumConcurrency);

  /** Undefined if the invoker stopped before the attempt began. */
  async function attempt(event: unknown, requestId: string): Promise<InvocationResult | undefined> {
    return slots.run(async () =>
      stopping.signal.aborted ? undefined : await lambda.invoke(event, { requestId }),
    );
  }

  async function work(event: unknown): Promise<void> {
    const requestId = randomUUID();
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(event, requestId);
      if (result === undefined || result.ok || attempts > maximumRetryAttempts) return;
      const pause = retryDelaysMs[Math.min(attempts, retryDelaysMs.length) - 1] ?? 0;
      if (!(await pauseUnlessStopped(pause, stopping.signal))) return;
    }
  }

  async function drain(): Promise<void> {
    while (unfinished.size > 0) await Promise.all(unfinished);
  }

  return {
    enqueue(event) {
      if (stopping.signal.aborted) {
        throw new Error(`The queue of ${lambda.arn} has been stopped; create a new invoker for more events`);
      }
      const job: Promise<void> = work(event).finally(() => unfinished.delete(job));
      unfinished.add(job);
    },
    drain,
    async stop() {
      stopping.abort();
      await drain();
    },
  };
}

/** False if the signal ended the pause early. */
async function pauseUnlessStopped(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Runs at most `count` tasks concurrently; the others wait in order. */
function createSlots(count: number): { run<T>(task: () => Promise<T>): Promise<T> } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(task) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        // A free slot passes directly to the next task in line. Otherwise a new task could take it first.
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
