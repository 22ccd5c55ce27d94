/**
 * `npm run check-order -- dev`: fails if a newer commit than the current one was deployed to the stack. GitHub's
 * queues keep the order of commits but do not promise it, and anybody may start an old run again.
 */
import * as z from "zod";
import { PULUMI_EXIT } from "./pulumi-exit-codes";
import { readArguments, Refusal, runCommand, runScript } from "./script";

/** How many entries of the history to search for the last deployment. Previews and imports may be newer. */
const SEARCHED = "20";

/** Pulumi's history of a stack, newest first. The entry of an update names its commit. */
const history = z.array(
  z.object({ kind: z.string(), environment: z.record(z.string(), z.string()).default({}) }),
);

/**
 * The commit that was deployed last, wholly or in part. Undefined if no deployment came from a commit.
 *
 * @throws Refusal if Pulumi does not answer, or does not know the stack.
 */
async function deployedCommit(stack: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCommand("pulumi", [
    ...["stack", "history", "--json", "--page-size", SEARCHED, "--page", "1"],
    ...["--stack", stack, "--non-interactive"],
  ]);
  if (code === PULUMI_EXIT.stackNotFound) {
    throw new Refusal(
      `The stack ${stack} does not exist in this backend. Create it as described in docs/deploy.md, "The stack", and ` +
        "deploy it once from your machine. If it exists in another backend, set PULUMI_BACKEND_URL to that backend.",
    );
  }
  if (code !== PULUMI_EXIT.success) {
    throw new Refusal(`Pulumi could not show the deployments of ${stack}:\n${stderr.trim()}`);
  }
  return history.parse(JSON.parse(stdout)).find(({ kind }) => kind === "update")?.environment["git.head"];
}

/** The current commit. */
async function currentCommit(): Promise<string> {
  const { code, stdout, stderr } = await runCommand("git", ["rev-parse", "HEAD"]);
  if (code === 0) return stdout.trim();
  throw new Refusal(
    `Git could not name the current commit: ${stderr.trim()}. Run this in a clone of the repository.`,
  );
}

/** True if a commit is an ancestor of another. False if the repository does not have it. */
async function isBefore(commit: string, other: string): Promise<boolean> {
  if (commit === other) return false;
  return (await runCommand("git", ["merge-base", "--is-ancestor", commit, other])).code === 0;
}

runScript(async () => {
  const [stack] = readArguments(z.tuple([z.string().min(1)]), "npm run check-order -- STACK");
  const [deployed, commit] = await Promise.all([deployedCommit(stack), currentCommit()]);
  if (deployed !== undefined && (await isBefore(commit, deployed))) {
    throw new Refusal(
      `${commit} must not be deployed to ${stack}: the newer commit ${deployed} is deployed. To go back, revert the newer commit.`,
    );
  }
  console.log(`${stack}: deployed ${deployed ?? "nothing"}, next ${commit}`);
});
