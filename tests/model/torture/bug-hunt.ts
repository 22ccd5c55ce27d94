import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { BUGS, type Bug, type Edit } from "./bugs";
import { playAll } from "../workers/pool";
import { taskOf } from "../workers/protocol";

/** A bug counts as not found after this number of histories. */
const LIMIT = 500;

const PROJECT = resolve(__dirname, "../../..");
/** The folders that a copy of the project omits. Dependencies are linked, and commands create the others. */
const LEFT_OUT: readonly string[] = ["node_modules", ".git", ".marble", "coverage"];

/** The result of the search for a bug. */
interface Catch {
  readonly bug: Bug;
  readonly seconds: number;
  /** The extent of the run, such as "4 histories". */
  readonly after: string;
  /** Undefined if the bug was not found. */
  readonly found:
    | {
        /** The command that plays it again. */
        readonly where: string;
        readonly difference: string;
      }
    | undefined;
}

interface HuntOptions {
  readonly seed: number;
  readonly workers: number;
  readonly interrupted: () => boolean;
}

/**
 * Puts each bug into a copy of the project, and plays histories or its test until one fails. Prints a table.
 * @returns whether each bug was found
 */
export async function hunt(options: HuntOptions, bugs: readonly Bug[] = BUGS): Promise<boolean> {
  const caught: Catch[] = [];
  for (const bug of bugs) {
    if (options.interrupted()) break;
    const result = await huntOne(bug, options);
    caught.push(result);
    const { after, found, seconds } = result;
    const end = found === undefined ? "NOT FOUND" : "found";
    process.stderr.write(`${bug.name}: ${end} after ${after}, ${Math.round(seconds)} s\n`);
    if (found !== undefined) process.stderr.write(`  ${found.where}: ${found.difference}\n`);
  }
  process.stdout.write(`\n${bugTable(caught)}\n`);
  return caught.every(({ found }) => found !== undefined);
}

async function huntOne(bug: Bug, options: HuntOptions): Promise<Catch> {
  const project = await mkdtemp(join(tmpdir(), "marble-bug-"));
  try {
    for (const entry of await readdir(PROJECT))
      if (!LEFT_OUT.includes(entry))
        await cp(join(PROJECT, entry), join(project, entry), { recursive: true });
    await symlink(join(PROJECT, "node_modules"), join(project, "node_modules"));
    for (const edit of bug.edits) await apply(edit, project, bug.name);
    return bug.test === undefined
      ? await playHistories(bug, project, options)
      : await runTest(bug, bug.test, project);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

async function playHistories(
  bug: Bug,
  project: string,
  { seed, workers, interrupted }: HuntOptions,
): Promise<Catch> {
  let index = 0;
  let histories = 0;
  const { failure, seconds } = await playAll({
    project,
    workers,
    shrink: false,
    next: () => (index < LIMIT && !interrupted() ? taskOf(bug.game ?? "shop", seed, index++) : undefined),
    onPlayed: (tally) => (histories = tally.histories),
  });
  if (failure === undefined) return { bug, seconds, after: `${histories} histories`, found: undefined };
  const where = `seed ${failure.seed}, path ${failure.path}`;
  const found = { where, difference: failure.difference };
  return { bug, seconds, after: `${histories + 1} histories`, found };
}

async function runTest(bug: Bug, test: string, project: string): Promise<Catch> {
  const start = performance.now();
  const mocha = spawn(process.execPath, ["node_modules/mocha/bin/mocha.js", "--reporter", "json", test], {
    cwd: project,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(mocha.stdout), once(mocha, "close")]);
  const { failures } = JSON.parse(output.slice(output.indexOf("{\n"))) as {
    readonly failures: readonly { readonly title: string; readonly err: { readonly message?: string } }[];
  };
  const [failure] = failures;
  const found =
    failure === undefined
      ? undefined
      : { where: test, difference: `${failure.title}: ${failure.err.message ?? ""}` };
  return { bug, seconds: (performance.now() - start) / 1000, after: "its test", found };
}

/** @throws Error when the code has changed and no longer contains the text that the bug replaces */
async function apply({ file, search, replace }: Edit, project: string, bug: string): Promise<void> {
  const path = join(project, file);
  const code = await readFile(path, "utf8");
  const places = code.split(search).length - 1;
  if (places !== 1)
    throw new Error(
      `${bug}: "${search}" is ${places} times in ${file}, not once: correct tests/model/torture/bugs.ts`,
    );
  // A function, because `replace` interprets dollar signs in a text.
  await writeFile(
    path,
    code.replace(search, () => replace),
  );
}

const CHARACTERS = 160;

function bugTable(caught: readonly Catch[]): string {
  const cell = (text: string): string => {
    const line = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
    return line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line;
  };
  const lines = caught.map(({ bug, after, found }) => {
    const end = found === undefined ? "**not found**" : `after ${after}`;
    return `| ${bug.name} | ${cell(bug.story)} | ${end} | ${found?.where ?? ""} | ${cell(found?.difference ?? "")} |`;
  });
  return [
    "| bug | what it does | found | where | first difference |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
