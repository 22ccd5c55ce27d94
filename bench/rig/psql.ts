import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The version of psql on the PATH; undefined if there is none. No npm package has it. */
export async function psqlVersion(): Promise<string | undefined> {
  try {
    return (await run("psql", ["--version"])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** Runs a shell command with URLs and statements in its environment, so that nothing needs quotes. */
export async function shell(line: string, environment: Readonly<Record<string, string>>): Promise<void> {
  await run("sh", ["-c", `set -e; ${line}`], { env: { ...process.env, ...environment } });
}
