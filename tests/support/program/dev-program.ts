import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type Program } from "../../../local/pulumi/program";

const ran = new Map<string, Promise<Program>>();

/**
 * The program as stack `dev` with these settings, names without their namespace. It is run once for all tests of a
 * process, none of which changes it. Its archives go with the process.
 */
export function programWith(settings: Readonly<Record<string, string>>): Promise<Program> {
  const key = JSON.stringify(settings);
  const program = ran.get(key) ?? run(settings);
  ran.set(key, program);
  return program;
}

/** The program with the default settings. */
export const devProgram = (): Promise<Program> => programWith({});

function run(settings: Readonly<Record<string, string>>): Promise<Program> {
  const workDirectory = mkdtempSync(join(tmpdir(), "marble-program-"));
  process.once("exit", () => rmSync(workDirectory, { recursive: true, force: true }));
  const all = Object.entries({ alertEmail: "data@example.com", ...settings });
  const config = Object.fromEntries(all.map(([name, value]) => [`marble:${name}`, value]));
  return runProgram({ config, stack: "dev", workDirectory });
}
