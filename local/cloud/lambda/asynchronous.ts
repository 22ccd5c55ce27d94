import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { InvocationResult, LambdaFunction } from "./function";

/** What Lambda sends to the on-failure destination of an asynchronous invocation. */
export interface FailureRecord {
  readonly version: "1.0";
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    /** With the version, `$LATEST`. */
    readonly functionArn: string;
    readonly condition: "RetriesExhausted";
    readonly approximateInvokeCount: number;
  };
  /** The event. */
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: "$LATEST";
    readonly functionError: "Unhandled";
  };
  /** The error of the last attempt. */
  readonly responsePayload: unknown;
}

export interface AsyncInvokerOptions {
  readonly function: Pick<LambdaFunction, "arn" | "invoke">;
  /** Attempts after the first one; Lambda's default and maximum is 2. */
  readonly maximumRetryAttempts?: number;
  /** The pause before each retry, the last one for all that follow. AWS waits one minute, then two. */
  readonly retryDelaysMs?: readonly number[];
  /** Invocations at the same time; the others wait, as they do at the concurrency limit of a function. */
  readonly maximumConcurrency?: number;
  /** The destination. When it rejects, `drain` rejects; when nobody drains, it is an unhandled rejection. */
  readonly onFailure?: (record: FailureRecord) => Promise<void>;
}

/** The queue in front of a function that is invoked asynchronously (by S3, SNS, EventBridge). */
export interface AsyncInvoker {
  /** Accepts the event; what becomes of it, nobody is told but the destination. */
  enqueue(event: unknown): void;
  /** Resolves when nothing is queued, running or waiting for a retry. */
  drain(): Promise<void>;
  /** Begins no further attempt, drops what is queued, and waits for the attempts in progress. */
  stop(): Promise<void>;
}

/**
 * Invokes the function as Lambda does for asynchronous sources: a failed event is tried again with the same
 * request id, and after the last attempt a record goes to the destination (AWS Lambda developer guide,
 * "Asynchronous invocation"). Events are neither ordered nor made unique.
 */
export function createAsyncInvoker({
  function: lambda,
  maximumRetryAttempts = 2,
  retryDelaysMs = [100, 200],
  maximumConcurrency = 10,
  onFailure,
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
      if (result === undefined || result.ok) return;
      if (attempts > maximumRetryAttempts) {
        await onFailure?.(failureRecord({ arn: lambda.arn, event, result, attempts }));
        return;
      }
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

function failureRecord({
  arn,
  event,
  result,
  attempts,
}: {
  readonly arn: string;
  readonly event: unknown;
  readonly result: InvocationResult;
  readonly attempts: number;
}): FailureRecord {
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: result.requestId,
      functionArn: `${arn}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: result.payload,
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
