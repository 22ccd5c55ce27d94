import { spawn } from "node:child_process";
import type { Kind, StackReport } from "./stack-report";

/** Flags that make Pulumi's output the same everywhere, and readable as plain text. */
const PLAIN = ["--non-interactive", "--diff", "--suppress-progress", "--color", "never"];

/** The line with which Pulumi ends, with an error, if there is a change. */
const CHANGES_FOUND = /^.*no changes were expected but changes (?:were proposed|occurred).*\n?/m;

/**
 * The command that answers a question about a stack. Neither changes anything, nor takes the lock of the
 * stack: without `--preview-only`, `refresh` would write what it finds into the state, and only then complain.
 */
export function pulumiArguments(kind: Kind, stack: string): string[] {
  const question = {
    // What the program of this commit would change.
    preview: ["preview"],
    // Where AWS differs from the state, whatever the program says: prod may wait for its approval.
    drift: ["refresh", "--preview-only"],
  }[kind];
  // What no stack may do without. A refresh declares nothing that could be judged.
  const rules = kind === "preview" ? ["--policy-pack", "policy"] : [];
  return [...question, "--expect-no-changes", "--stack", stack, ...rules, ...PLAIN];
}

/** What an exit code and the output say together. */
export function outcomeOf(exitCode: number | null, output: string): StackReport["outcome"] {
  if (exitCode === 0) return "unchanged";
  return CHANGES_FOUND.test(output) ? "changed" : "failed";
}

/**
 * Asks Pulumi, and shows its output as it comes.
 *
 * @param command the Pulumi CLI
 * @throws Error when there is no such command.
 */
export async function askPulumi(kind: Kind, stack: string, command = "pulumi"): Promise<StackReport> {
  const child = spawn(command, pulumiArguments(kind, stack), { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const exitCode = await new Promise<number | null>((done, failed) => {
    child.once("close", done).once("error", (cause) => {
      const remedy = "Install the Pulumi CLI: https://www.pulumi.com/docs/install/";
      failed(new Error(`${command} could not be started. ${remedy}`, { cause }));
    });
  });
  // To a reader of the report a change is no error.
  return { stack, outcome: outcomeOf(exitCode, output), output: output.replace(CHANGES_FOUND, "") };
}
