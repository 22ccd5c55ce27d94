"use strict";
const { existsSync, readdirSync, readFileSync, statfsSync } = require("node:fs");
const { availableParallelism } = require("node:os");
const { join, normalize, sep } = require("node:path");

/**
 * The groups of tests, by folder of `tests/`, in the order in which they run: `npm run test:unit` runs one of them. The
 * longest file begins, so that no worker is left with it at the end. Files that run the Pulumi program come last: it
 * leaves V8's debugger on, and all that comes after in the process is several times as slow (local/pulumi/debugger.ts).
 */
const GROUPS = {
  stages: ["model", "stages", "examples"],
  unit: ["domain", "adapters", "github", "docs", "project"],
  e2e: ["e2e", "local", "infra", "policy", "bootstrap", ""],
};

/**
 * The tests that `npm test` leaves to `npm run test:long`, and so to CI: they start whole platforms, open the report in a
 * browser, load the examples, play generated histories, or try a fault at every step. They take most of the time of all
 * tests. A folder stands for the files below it.
 */
const LONG = [
  "tests/docs/pulumi-commands.test.ts",
  "tests/domain/report/page/hostile-text.test.ts",
  "tests/domain/report/page/other-page.test.ts",
  "tests/domain/report/page/page.test.ts",
  "tests/e2e",
  "tests/examples/examples.test.ts",
  "tests/examples/shop/marts.test.ts",
  "tests/local/cloud.test.ts",
  "tests/local/commands/draft.test.ts",
  "tests/model/generated-models.test.ts",
  "tests/model/history.test.ts",
  "tests/stages/ingest/any-table.test.ts",
  "tests/stages/ingest/large-tables.test.ts",
  "tests/stages/ingest/source-changes.test.ts",
  "tests/stages/load/load-faults.test.ts",
  "tests/stages/load/load-server-faults.test.ts",
  "tests/stages/load/prepared-warehouse.test.ts",
  "tests/stages/load/rebuild.test.ts",
  "tests/stages/mirror/rebuild-and-faults.test.ts",
  "tests/stages/stage-faults.test.ts",
];
for (const path of LONG)
  if (!existsSync(join(__dirname, path)))
    throw new Error(`.mocharc.cjs: LONG names ${path}, which does not exist`);

const MEMORY = "/dev/shm";
const MEMORY_BYTES = 4 * 2 ** 30;

/**
 * The folder in memory, if it has room and may hold programs. Tests make hundreds of databases and thousands of small
 * files. On a disk, these take a fifth of the CPU time of the tests of the stages.
 */
function folderInMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    const mount = mounts.find((line) => line.split(" ")[1] === MEMORY) ?? "noexec";
    return bavail * bsize >= MEMORY_BYTES && !mount.includes("noexec") ? MEMORY : undefined;
  } catch (error) {
    // Only Linux has it.
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

// The workers and their children inherit it.
const memory = folderInMemory();
if (memory !== undefined) process.env.TMPDIR ??= memory;

const files = readdirSync(join(__dirname, "tests"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join("tests", file));
const folders = Object.values(GROUPS).flat();
const folderOf = (file) => {
  const [, folder = "", below] = file.split(/[\\/]/);
  return below === undefined ? "" : folder;
};
const rank = (file) => folders.indexOf(folderOf(file));
const unknown = files.filter((file) => rank(file) === -1);
if (unknown.length > 0) throw new Error(`.mocharc.cjs: no group has the folder of ${unknown.join(", ")}`);

const isLong = (file) => LONG.some((path) => file === normalize(path) || file.startsWith(join(path, sep)));

/** What `--group` takes, and the files that it selects. Without it, `npm test` runs all but the long ones. */
const SELECTIONS = {
  all: () => true,
  long: isLong,
  ...Object.fromEntries(
    Object.entries(GROUPS).map(([name, of]) => [name, (file) => of.includes(folderOf(file))]),
  ),
};

/** Takes `--group NAME` out of the arguments; mocha does not know it. */
function takeSelection(args) {
  const at = args.indexOf("--group");
  if (at === -1) return (file) => !isLong(file);
  const [, name] = args.splice(at, 2);
  if (!Object.hasOwn(SELECTIONS, name ?? ""))
    throw new Error(`--group takes one of ${Object.keys(SELECTIONS).join(", ")}, not "${name}"`);
  return SELECTIONS[name];
}

const isSelected = takeSelection(process.argv);
/** `npx mocha tests/….test.ts` runs that file alone. */
const named = process.argv.some((argument) => /^[^-].*\.test\.ts$/.test(argument));

module.exports = {
  require: ["./register.cjs", "tests/support/hooks.ts"],
  ...(!named && {
    spec: files.filter(isSelected).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  }),
  timeout: 30_000,
  extension: ["ts"],
  parallel: !named,
  jobs: Math.max(2, availableParallelism()),
  // A hook that fails leaves its servers and connections open, which would keep the process alive.
  exit: true,
};
