import { spawn, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed to standard output so far. */
  output(): string;
  /** Resolves when the text was printed to standard output, after that many characters. */
  printed(text: string, from?: number): Promise<void>;
}

const PROJECT = resolve(__dirname, "../../..");

/** Starts a script of local/ as its npm command does. */
export function startCommand(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  /** In a separate process group, as a terminal starts it, and from another folder than the project's. */
  { group = false, cwd = PROJECT }: { readonly group?: boolean; readonly cwd?: string } = {},
): RunningCommand {
  const child = spawn(
    process.execPath,
    ["-r", join(PROJECT, "register.cjs"), join(PROJECT, script), ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      detached: group,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
  return {
    child,
    ended,
    output: () => stdout,
    printed: (text, from = 0) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (!stdout.includes(text, from)) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
        void ended.then(() => fail(new Error(`it ended without printing "${text}": ${stdout}${stderr}`)));
      }),
  };
}

/** Runs a script of local/ to its end. */
export const runCommand = (
  script: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<Ended> => startCommand(script, args, env).ended;
