import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { bootstrapFile } from "./bootstrap-file";
import { environmentVariables } from "./environment-variables";
import type { FunctionOptions } from "./options";

/** How a process ended: with a status or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The process of a function, without Lambda's protocol. It can be watched and killed. */
export interface Sandbox {
  /** Resolves when the process has ended and its output is in the log. */
  readonly exited: Promise<Exit>;
  /** The current and the peak resident memory in MB; undefined if the system does not tell (other than Linux). */
  memory(): { readonly nowMb: number; readonly highestMb: number } | undefined;
  /** SIGKILL. */
  kill(): void;
}

/** The heap's share of the memory; the rest is for buffers, stacks and Node itself. */
const HEAP_SHARE = 0.9;
/** How long a child of an ended process may keep its log open. */
const LOG_GRACE_MS = 100;

/** Starts `node` with the compiled bootstrap, in the directory of the package and with Lambda's environment. */
export function startSandbox(options: FunctionOptions, runtimeApi: string): Sandbox {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${Math.floor(options.memoryMb * HEAP_SHARE)}`, bootstrapFile()],
    {
      cwd: options.directory,
      // Node passes this variable to its children unless it is named. A function ends by SIGKILL and writes no coverage.
      env: { ...environmentVariables(options, runtimeApi, logStreamName()), NODE_V8_COVERAGE: undefined },
      // In a separate process group, because Ctrl-C in a terminal reaches the whole group and must not cut a run off.
      detached: true,
      // The fourth is the pipe that shows the child when this process has ended.
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    },
  );
  const { onLog } = options;
  for (const stream of [child.stdout, child.stderr]) {
    if (onLog === undefined) stream?.resume();
    else if (stream !== null) createInterface({ input: stream }).on("line", onLog);
  }
  return {
    exited: watchExit(child),
    memory: () => (child.pid === undefined ? undefined : readMemory(child.pid)),
    kill: () => void child.kill("SIGKILL"),
  };
}

function watchExit(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const end = (): void => resolve({ code, signal });
      child.once("close", end);
      setTimeout(end, LOG_GRACE_MS).unref();
    });
  });
}

function readMemory(pid: number): { nowMb: number; highestMb: number } | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "latin1");
  } catch {
    // This system has no /proc, or the process has just ended: nothing can be measured.
    return undefined;
  }
  const megabytes = (field: string): number | undefined => {
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  };
  const nowMb = megabytes("VmRSS");
  const highestMb = megabytes("VmHWM");
  return nowMb === undefined || highestMb === undefined ? undefined : { nowMb, highestMb };
}

/** The form that Lambda gives it: the day, the version, and 32 hexadecimal digits. */
function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  return `${day}/[$LATEST]${randomUUID().replaceAll("-", "")}`;
}
