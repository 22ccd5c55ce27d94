import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";

import { functionArn } from "./environment-variables";
import { startExecutionEnvironment, type ExecutionEnvironment, type Outcome } from "./execution-environment";
import type { FunctionOptions } from "./options";

/** The result of a synchronous invocation. */
export interface InvocationResult {
  readonly ok: boolean;
  /**
   * The value that the handler returned; after an error, Lambda's description of it (errorType, errorMessage, trace).
   */
  readonly payload: unknown;
  readonly error?: {
    /** The name of the error, or one of the platform's: Sandbox.Timedout, Sandbox.NotStarted, Runtime.ExitError and others. */
    readonly type: string;
    readonly message: string;
    readonly stack?: readonly string[];
  };
  /** The handler's duration, without the start of the process. */
  readonly durationMs: number;
  /** Whether the invocation started a process. */
  readonly coldStart: boolean;
  readonly timedOut: boolean;
  readonly requestId: string;
  /** The peak resident memory of the process so far; undefined on systems without /proc. */
  readonly maxMemoryUsedMb: number | undefined;
}

/** A Lambda function on this machine. Each concurrent invocation has a separate Node process. */
export interface LambdaFunction {
  readonly arn: string;
  /**
   * Runs the handler and resolves with the outcome, even if the handler fails, times out, crashes or cannot start. The
   * request id is new unless one is given, as a retry of an asynchronous invocation does.
   *
   * @throws Error if the function was stopped
   */
  invoke(event: unknown, invocation?: { readonly requestId?: string }): Promise<InvocationResult>;
  /** Ends every process of the function with SIGKILL, as a crash would. */
  kill(): void;
  /** Refuses new invocations, waits for those in progress, and ends all processes. */
  stop(): Promise<void>;
}

/**
 * Prepares a function. Its first invocation starts the first process. A process stays warm for the next invocation. An
 * invocation that finds all processes busy starts another one.
 *
 * @throws Error if the directory of the deployment package does not exist
 */
export function createFunction(options: FunctionOptions): LambdaFunction {
  if (!existsSync(options.directory)) {
    throw new Error(
      `The package of the Lambda function ${options.name} is missing: unpack it to ${options.directory}`,
    );
  }
  const arn = functionArn(options);
  const live = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const running = new Set<Promise<unknown>>();
  let stopped = false;

  function start(): ExecutionEnvironment {
    const environment = startExecutionEnvironment(options);
    live.add(environment);
    const forget = (): void => {
      live.delete(environment);
      const position = idle.indexOf(environment);
      if (position >= 0) idle.splice(position, 1);
    };
    // A process that could not start has failed its invocation already.
    environment.exited.then(forget, forget);
    return environment;
  }

  async function run(event: unknown, requestId: string): Promise<InvocationResult> {
    const json = event === undefined ? "{}" : JSON.stringify(event);
    const warm = idle.pop();
    const environment = warm ?? start();
    const clockOffsetMs = options.now === undefined ? 0 : options.now().getTime() - Date.now();
    const outcome = await environment.run({ requestId, functionArn: arn, event: json, clockOffsetMs });
    if (live.has(environment)) idle.push(environment);
    return toResult(outcome, { requestId, coldStart: warm === undefined });
  }

  return {
    arn,
    async invoke(event, { requestId = randomUUID() } = {}) {
      if (stopped) throw new Error(`The Lambda function ${options.name} has been stopped; create it again`);
      const invocation = run(event, requestId);
      running.add(invocation);
      try {
        return await invocation;
      } finally {
        running.delete(invocation);
      }
    },
    kill() {
      idle.length = 0;
      for (const environment of live) environment.kill();
    },
    async stop() {
      stopped = true;
      await Promise.allSettled(running);
      const ending = [...live];
      for (const environment of ending) environment.kill();
      await Promise.all(ending.map((environment) => environment.exited));
    },
  };
}

function toResult(
  { answer, durationMs, timedOut, maxMemoryUsedMb }: Outcome,
  invocation: { readonly requestId: string; readonly coldStart: boolean },
): InvocationResult {
  const common = { durationMs, timedOut, maxMemoryUsedMb, ...invocation };
  if (answer.ok) return { ok: true, payload: answer.payload, ...common };
  const { errorType, errorMessage, trace } = answer.error;
  const stack = trace.length > 0 ? { stack: trace } : {};
  return {
    ok: false,
    payload: { errorType, errorMessage, ...(trace.length > 0 ? { trace } : {}) },
    error: { type: errorType, message: errorMessage, ...stack },
    ...common,
  };
}
