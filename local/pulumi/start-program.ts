import { fork } from "node:child_process";
import { join, resolve } from "node:path";
import { programStore } from "./kept-program";
import type { Program, ProgramOptions } from "./program";
import type { ProgramMessage } from "./program-process";

const PROJECT_FOLDER = resolve(__dirname, "../..");

/** A run of the program in progress. */
interface ProgramRun {
  /** Rejects with the error of the program, or if the run was stopped. */
  readonly program: Promise<Program>;
  /** Ends the process of the run if it still lives. */
  stop(): void;
}

/**
 * Runs the program like `runProgram`, in a separate process. To load the SDK and to bundle blocks a process for
 * seconds. This one stays free to show progress and to react to Ctrl-C. The program does not run if its inputs are
 * those of an earlier start: the result of that start is kept.
 */
export function startProgram(options: ProgramOptions): ProgramRun {
  const kept = programStore(PROJECT_FOLDER, options).take(options.workDirectory);
  if (kept !== undefined) return { program: Promise.resolve(kept), stop: () => undefined };
  const child = fork(join(__dirname, "program-process.ts"), {
    cwd: PROJECT_FOLDER,
    execArgv: ["-r", join(PROJECT_FOLDER, "register.cjs")],
    serialization: "advanced",
  });
  const program = new Promise<Program>((done, fail) => {
    child.once("error", fail);
    child.once("message", (message: ProgramMessage) =>
      "failure" in message ? fail(message.failure) : done(message.program),
    );
    child.once("exit", (code, signal) =>
      fail(
        new Error(`the process of the program ended with ${signal ?? code ?? "no code"} before its answer`),
      ),
    );
  });
  // The error belongs to whoever waits for the program. Until then, it must not end this process.
  program.catch(() => undefined);
  child.send({ ...options, workDirectory: resolve(options.workDirectory) });
  return { program, stop: () => void child.kill() };
}
