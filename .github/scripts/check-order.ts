/**
 * `npm run check-order -- dev`: fails when a newer commit than the one at hand was deployed to the stack. The
 * queues of GitHub keep the order of commits but promise none, and anybody may start an old run again.
 */
import * as z from "zod";
import { PULUMI_EXIT } from "./pulumi-exit-codes";
import { readArguments, Refusal, runCommand, runScript } from "./script";

/** Deployments that are looked through for the last: others may have looked or imported since. */
const LOOKED_AT = "20";

/** What Pulumi remembers of a stack, the newest first; of an update the commit that it was made from. */
const history = z.array(
  z.object({ kind: z.string(), environment: z.record(z.string(), z.string()).default({}) }),
);

/**
 * The commit that was deployed last, wholly or in part; undefined of a stack that was never deployed from one.
 *
 * @throws Refusal when Pulumi does not answer, or knows no such stack.
 */
async function deployedCommit(stack: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCommand("pulumi", [
    ...["stack", "history", "--json", "--page-size", LOOKED_AT, "--page", "1"],
    ...["--stack", stack, "--non-interactive"],
  ]);
  if (code === PULUMI_EXIT.stackNotFound) {
    throw new Refusal(
      `The stack ${stack} does not exist in this backend. Make it as docs/deploy.md says under "The stack", and ` +
        "deploy it once from your machine. If it exists elsewhere, set PULUMI_BACKEND_URL to that backend.",
    );
  }
  if (code !== PULUMI_EXIT.success) {
    throw new Refusal(`Pulumi could not say what was deployed to ${stack}:\n${stderr.trim()}`);
  }
  return history.parse(JSON.parse(stdout)).find(({ kind }) => kind === "update")?.environment["git.head"];
}

/** The commit at hand. */
async function currentCommit(): Promise<string> {
  const { code, stdout, stderr } = await runCommand("git", ["rev-parse", "HEAD"]);
  if (code === 0) return stdout.trim();
  throw new Refusal(
    `Git could not say which commit this is: ${stderr.trim()}. Run this in a clone of the repository.`,
  );
}

/** Is a commit among those that another goes on from? Not of one that the repository does not have. */
async function isBefore(commit: string, other: string): Promise<boolean> {
  if (commit === other) return false;
  return (await runCommand("git", ["merge-base", "--is-ancestor", commit, other])).code === 0;
}

runScript(async () => {
  const [stack] = readArguments(z.tuple([z.string().min(1)]), "npm run check-order -- STACK");
  const [deployed, commit] = await Promise.all([deployedCommit(stack), currentCommit()]);
  if (deployed !== undefined && (await isBefore(commit, deployed))) {
    throw new Refusal(
      `${commit} is not deployed to ${stack}: ${deployed}, which is newer, was. To go back, revert what is wrong.`,
    );
  }
  console.log(`${stack}: ${deployed ?? "nothing"} was deployed, ${commit} is next`);
});
