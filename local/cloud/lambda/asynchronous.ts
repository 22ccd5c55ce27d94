import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { InvocationResult, LambdaFunction } from "./function";

export interface AsyncInvokerOptions {
  readonly function: Pick<LambdaFunction, "arn" | "invoke">;
  /** Attempts after the first one; Lambda's default and maximum is 2. */
  readonly maximumRetryAttempts?: number;
  /** The pause before each retry, the last one for all that follow. AWS waits one minute, then two. */
  readonly retryDelaysMs?: readonly number[];
  /** Invocations at the same time; the others wait, as they do at the concurrency limit of a function. */
  readonly maximumConcurrency?: number;
}

/** The queue in front of a function that is invoked asynchronously (by S3, SNS, EventBridge). */
export interface AsyncInvoker {
  /** Accepts the event; nobody is told what becomes of it. */
  enqueue(event: unknown): void;
  /** Resolves when nothing is queued, running or waiting for a retry. */
  drain(): Promise<void>;
  /** Begins no further attempt, drops what is queued, and waits for the attempts in progress. */
  stop(): Promise<void>;
}

/**
 * Invokes the function as Lambda does for asynchronous sources: a failed event is tried again with the same
 * request id, and dropped after the last attempt (AWS Lambda developer guide, "Asynchronous invocation"). Events are neither ordered nor made unique.
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

  /** Undefined when the invoker was stopped before the attempt began. */
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

/** False when the signal cut the pause short. */
async function pauseUnlessStopped(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Runs at most `count` tasks at once; the others wait in order. */
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
        // A slot goes straight to the next in line, or a newcomer could take it in between.
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
