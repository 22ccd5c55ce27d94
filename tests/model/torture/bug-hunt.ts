import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BUGS, type Bug, type Edit } from "./bugs";
import { playAll, type Played } from "../workers/pool";
import { taskOf } from "../workers/protocol";

/** A bug that no history shows after so many is not found. */
const LIMIT = 500;

const PROJECT = resolve(__dirname, "../../..");
/** What a copy of the project leaves out: the dependencies are linked, and the rest is made by commands. */
const LEFT_OUT: readonly string[] = ["node_modules", ".git", ".marble", "coverage"];

/** How the hunt for a bug ended. */
interface Catch {
  readonly bug: Bug;
  readonly histories: number;
  readonly played: Played;
}

/**
 * Puts each bug into a copy of the project and plays histories until one fails. Prints a table.
 * @returns whether each bug was found
 */
export async function hunt(options: {
  readonly seed: number;
  readonly workers: number;
  readonly interrupted: () => boolean;
}): Promise<boolean> {
  const caught: Catch[] = [];
  for (const bug of BUGS) {
    if (options.interrupted()) break;
    const result = await huntOne(bug, options);
    caught.push(result);
    const { histories, played } = result;
    const end = played.failure === undefined ? "NOT FOUND" : "found";
    process.stderr.write(
      `${bug.name}: ${end} after ${histories} histories, ${Math.round(played.seconds)} s\n`,
    );
    if (played.failure !== undefined)
      process.stderr.write(
        `  seed ${played.failure.seed}, path ${played.failure.path}: ${played.failure.difference}\n`,
      );
  }
  process.stdout.write(`\n${bugTable(caught)}\n`);
  return caught.every(({ played }) => played.failure !== undefined);
}

async function huntOne(
  bug: Bug,
  { seed, workers, interrupted }: { seed: number; workers: number; interrupted: () => boolean },
): Promise<Catch> {
  const project = await mkdtemp(join(tmpdir(), "marble-bug-"));
  try {
    for (const entry of await readdir(PROJECT))
      if (!LEFT_OUT.includes(entry))
        await cp(join(PROJECT, entry), join(project, entry), { recursive: true });
    await symlink(join(PROJECT, "node_modules"), join(project, "node_modules"));
    for (const edit of bug.edits) await apply(edit, project, bug.name);
    let index = 0;
    let histories = 0;
    const played = await playAll({
      project,
      workers,
      shrink: false,
      next: () => (index < LIMIT && !interrupted() ? taskOf(bug.game ?? "shop", seed, index++) : undefined),
      onPlayed: (tally) => (histories = tally.histories),
    });
    return { bug, histories: histories + (played.failure === undefined ? 0 : 1), played };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** @throws Error when the code has changed so that the bug can no longer be put back like this */
async function apply({ file, search, replace }: Edit, project: string, bug: string): Promise<void> {
  const path = join(project, file);
  const text = await readFile(path, "utf8");
  const places = text.split(search).length - 1;
  if (places !== 1)
    throw new Error(
      `${bug}: "${search}" is ${places} times in ${file}, not once: correct tests/model/torture/bugs.ts`,
    );
  // As a function: a text would have its dollar signs replaced.
  await writeFile(
    path,
    text.replace(search, () => replace),
  );
}

const CHARACTERS = 160;

function bugTable(caught: readonly Catch[]): string {
  const cell = (text: string): string => {
    const line = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
    return line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line;
  };
  const lines = caught.map(({ bug, histories, played: { failure } }) => {
    const found = failure === undefined ? "**not found**" : `after ${histories}`;
    const where = failure === undefined ? "" : `${failure.seed}, ${failure.path}`;
    return `| ${bug.name} | ${cell(bug.story)} | ${found} | ${where} | ${cell(failure?.difference ?? "")} |`;
  });
  return [
    "| bug | what it does | found | seed, path | first difference |",
    "|---|---|---:|---|---|",
    ...lines,
  ].join("\n");
}
