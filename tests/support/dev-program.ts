import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type Program } from "../../local/program";

/** Runs the program as stack `dev` with these settings, names without their namespace. Its archives go with the process. */
export function programWith(settings: Readonly<Record<string, string>>): Promise<Program> {
  const workDirectory = mkdtempSync(join(tmpdir(), "marble-program-"));
  process.once("exit", () => rmSync(workDirectory, { recursive: true, force: true }));
  const all = Object.entries({ alertEmail: "data@example.com", ...settings });
  const config = Object.fromEntries(all.map(([name, value]) => [`marble:${name}`, value]));
  return runProgram({ config, stack: "dev", workDirectory });
}

let plain: Promise<Program> | undefined;

/** The program as it is by default: run once for all tests of a process, none of which changes it. */
export const devProgram = (): Promise<Program> => (plain ??= programWith({}));
