/**
 * `npm run check-order -- dev`: fails when a newer commit than the one at hand was deployed to the stack. The
 * queues of GitHub keep the order of commits but promise none, and anybody may start an old run again.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";

const run = promisify(execFile);

/** Deployments that are looked through for the last: others may have looked or imported since. */
const LOOKED_AT = "20";

/** What Pulumi remembers of a stack, the newest first; of an update the commit that it was made from. */
const history = z.array(
  z.object({ kind: z.string(), environment: z.record(z.string(), z.string()).default({}) }),
);

/** The commit that was deployed last, wholly or in part; undefined of a stack that was never deployed from one. */
async function deployedCommit(stack: string): Promise<string | undefined> {
  const { stdout } = await run("pulumi", [
    ...["stack", "history", "--json", "--page-size", LOOKED_AT, "--page", "1"],
    ...["--stack", stack, "--non-interactive"],
  ]);
  return history.parse(JSON.parse(stdout)).find(({ kind }) => kind === "update")?.environment["git.head"];
}

/** Is a commit among those that another goes on from? Not of one that the repository does not have. */
async function isBefore(commit: string, other: string): Promise<boolean> {
  if (commit === other) return false;
  try {
    await run("git", ["merge-base", "--is-ancestor", commit, other]);
    return true;
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  const [stack] = z.tuple([z.string().min(1)]).parse(process.argv.slice(2));
  const [deployed, head] = await Promise.all([deployedCommit(stack), run("git", ["rev-parse", "HEAD"])]);
  const commit = head.stdout.trim();
  if (deployed !== undefined && (await isBefore(commit, deployed))) {
    console.error(
      `${commit} is not deployed to ${stack}: ${deployed}, which is newer, was. To go back, revert what is wrong.`,
    );
    process.exitCode = 1;
    return;
  }
  console.log(`${stack}: ${deployed ?? "nothing"} was deployed, ${commit} is next`);
}

void main();
