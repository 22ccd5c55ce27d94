import { messageOf } from "../message";
import type { FunctionOptions } from "./options";
import { startRuntimeApi, type Answer, type ErrorBody, type Invocation } from "./runtime-api";
import { startSandbox, type Exit, type Sandbox } from "./sandbox";

/** The outcome of one invocation in an execution environment. */
export interface Outcome {
  readonly answer: Answer;
  /** From the delivery of the event to the answer, without the initialisation. */
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** The peak of the resident memory since the start of the process; undefined if /proc is missing. */
  readonly maxMemoryUsedMb: number | undefined;
}

/** One process with a Runtime API for it alone. It handles one invocation at a time and stays warm between them. */
export interface ExecutionEnvironment {
  /** Resolves when the process asks for its next invocation, when it ended, and when it could not start. */
  run(invocation: Invocation): Promise<Outcome>;
  /** Resolves when the process and its Runtime API have ended; rejects if the process could not start. */
  readonly exited: Promise<Exit>;
  /** SIGKILL. */
  kill(): void;
}

/** Lambda's own limit for the initialisation of a function. */
const INIT_LIMIT_MS = 10_000;
const MEMORY_CHECK_MS = 50;

/** Starts the process. Its initialisation continues while the first invocation waits. */
export function startExecutionEnvironment(options: FunctionOptions): ExecutionEnvironment {
  const timeoutMs = options.timeoutSeconds * 1000;
  let sandbox: Sandbox | undefined;
  let killed = false;
  /** Why the process ends, if its exit status does not tell. */
  let fate: { readonly kind: "timeout" | "memory" | "init"; readonly error: ErrorBody } | undefined;

  const starting = startRuntimeApi().then(async (api) => {
    try {
      sandbox = startSandbox(options, api.address);
    } catch (error) {
      // An open server would keep this process alive.
      await api.close();
      throw error;
    }
    if (killed) sandbox.kill();
    void api.initError.then((error) => (fate ??= { kind: "init", error }));
    return { api, sandbox };
  });
  const exited = starting.then(async ({ api, sandbox }) => {
    try {
      return await sandbox.exited;
    } finally {
      await api.close();
    }
  });

  function kill(): void {
    killed = true;
    sandbox?.kill();
  }

  function killAfter(limitMs: number, task: string, requestId: string): NodeJS.Timeout {
    const text = `${task} timed out after ${(limitMs / 1000).toFixed(2)} seconds`;
    return setTimeout(() => {
      fate ??= { kind: "timeout", error: platformError("Sandbox.Timedout", requestId, text) };
      kill();
    }, limitMs);
  }

  /** V8's limit does not include buffers. Lambda's includes the whole process. */
  function killAboveMemory(requestId: string): NodeJS.Timeout {
    return setInterval(() => {
      const used = sandbox?.memory()?.nowMb ?? 0;
      if (used <= options.memoryMb) return;
      const text = `Runtime exited with error: signal: killed (used ${Math.ceil(used)} MB of ${options.memoryMb} MB)`;
      fate ??= { kind: "memory", error: platformError("Runtime.ExitError", requestId, text) };
      kill();
    }, MEMORY_CHECK_MS);
  }

  async function exitAnswer(requestId: string): Promise<Answer> {
    const exit = await exited;
    const error = fate?.error ?? platformError("Runtime.ExitError", requestId, describeExit(exit));
    return { ok: false, error };
  }

  async function run(invocation: Invocation): Promise<Outcome> {
    try {
      return await attempt(invocation);
    } catch (error) {
      const cause = await exited.then(
        () => undefined,
        (reason: unknown) => ({ reason }),
      );
      if (cause === undefined) throw error;
      const text = `the process could not be started: ${messageOf(cause.reason)}`;
      const notStarted = platformError("Sandbox.NotStarted", invocation.requestId, text);
      const answer = { ok: false, error: notStarted } as const;
      return { answer, durationMs: 0, timedOut: false, maxMemoryUsedMb: undefined };
    }
  }

  async function attempt(invocation: Invocation): Promise<Outcome> {
    const { requestId } = invocation;
    const { api, sandbox } = await starting;
    const memoryGuard = killAboveMemory(requestId);
    let timer = killAfter(INIT_LIMIT_MS, "Initialisation", requestId);
    try {
      await Promise.race([api.ready(), exited]);
      clearTimeout(timer);
      timer = killAfter(timeoutMs, "Task", requestId);
      const start = performance.now();
      const answer = await Promise.race([
        api.deliver(invocation, new Date(Date.now() + timeoutMs)),
        exited.then(() => exitAnswer(requestId)),
      ]);
      const outcome = {
        answer,
        durationMs: performance.now() - start,
        timedOut: !answer.ok && fate?.kind === "timeout",
        maxMemoryUsedMb: sandbox.memory()?.highestMb,
      };
      await Promise.race([api.ready(), exited]);
      return outcome;
    } finally {
      clearTimeout(timer);
      clearInterval(memoryGuard);
    }
  }

  return { run, exited, kill };
}

/** An error of the platform, not of the handler, so it has no stack. */
function platformError(errorType: string, requestId: string, text: string): ErrorBody {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${text}`, trace: [] };
}

function describeExit({ code, signal }: Exit): string {
  if (signal === "SIGKILL") return "Runtime exited with error: signal: killed";
  if (signal === "SIGABRT") return "Runtime exited with error: signal: aborted";
  if (signal !== null) return `Runtime exited with error: signal: ${signal}`;
  return code === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${String(code)}`;
}
