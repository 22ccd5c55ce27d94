import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Ended } from "../local/command";

const PROJECT = resolve(__dirname, "../../..");

/** Runs a script of .github/scripts/ to its end, in a folder that takes the place of the project's. */
export function runGitHubScript(
  script: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["-r", resolve(PROJECT, "register.cjs"), resolve(PROJECT, ".github/scripts", script), ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((done, fail) => {
    child.once("error", fail).once("close", (code) => done({ code, stdout, stderr }));
  });
}
