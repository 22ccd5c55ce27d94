"use strict";
const { readdirSync, readFileSync, statfsSync } = require("node:fs");
const { availableParallelism } = require("node:os");
const { join } = require("node:path");

/**
 * The groups of tests, by folder of `tests/`, in the order in which they run: `npm run test:unit` runs one of them.
 * The longest file begins, so that no worker is left with it at the end. Files that run the Pulumi program come last: it
 * leaves V8's debugger on, and all that comes after in the process is several times as slow (local/pulumi/debugger.ts).
 */
const GROUPS = {
  stages: ["model", "stages", "examples"],
  unit: ["domain", "adapters", "github", "docs", "project"],
  e2e: ["e2e", "local", "infra", "policy", "bootstrap", ""],
};

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

/** Takes `--group NAME` out of the arguments; mocha does not know it. */
function takeGroup(args) {
  const at = args.indexOf("--group");
  if (at === -1) return undefined;
  const [, name] = args.splice(at, 2);
  if (GROUPS[name] === undefined)
    throw new Error(`--group takes one of ${Object.keys(GROUPS).join(", ")}, not "${name}"`);
  return name;
}

const folderOf = (file) => {
  const [, folder = "", below] = file.split(/[\\/]/);
  return below === undefined ? "" : folder;
};

const group = takeGroup(process.argv);
const folders = group === undefined ? Object.values(GROUPS).flat() : GROUPS[group];
const rank = (file) => folders.indexOf(folderOf(file));
const unknown = [];
const files = readdirSync(join(__dirname, "tests"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join("tests", file));
for (const file of files) if (!Object.values(GROUPS).flat().includes(folderOf(file))) unknown.push(file);
if (unknown.length > 0) throw new Error(`.mocharc.cjs: no group has the folder of ${unknown.join(", ")}`);

/** `npx mocha tests/….test.ts` runs that file alone. */
const named = process.argv.some((argument) => /^[^-].*\.test\.ts$/.test(argument));

module.exports = {
  require: ["./register.cjs", "tests/support/hooks.ts"],
  ...(!named && {
    spec: files.filter((file) => rank(file) !== -1).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  }),
  timeout: 30_000,
  extension: ["ts"],
  parallel: !named,
  jobs: Math.max(2, availableParallelism()),
  // A hook that fails leaves its servers and connections open, which would keep the process for ever.
  exit: true,
};
