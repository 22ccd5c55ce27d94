import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The version of the psql on the PATH; undefined when there is none. It is in no npm package. */
export async function psqlVersion(): Promise<string | undefined> {
  try {
    return (await run("psql", ["--version"])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** Runs a line of shell with URLs and statements in its environment, where nothing has to be quoted. */
export async function shell(line: string, environment: Readonly<Record<string, string>>): Promise<void> {
  await run("sh", ["-c", `set -e; ${line}`], { env: { ...process.env, ...environment } });
}
