import { PULUMI_EXIT } from "./pulumi-exit-codes";
import { runCommand } from "./script";
import type { Kind, StackReport } from "./stack-report";

/** Flags that make Pulumi's output the same everywhere, and readable as plain text. */
const PLAIN = ["--non-interactive", "--diff", "--suppress-progress", "--color", "never"];

/** Pulumi ends with an error when there are changes, which is no error to a reader of the report. */
const LAST_ERROR = /^error: .*\n*(?![\s\S]*^error: )/m;

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

/** What an exit code says; whatever is not known is a failure. */
export function outcomeOf(exitCode: number | null): StackReport["outcome"] {
  switch (exitCode) {
    case PULUMI_EXIT.success:
      return "unchanged";
    case PULUMI_EXIT.changesFound:
      return "changed";
    case PULUMI_EXIT.stackNotFound:
      return "absent";
    default:
      return "failed";
  }
}

/**
 * Asks Pulumi, and shows its output as it comes.
 *
 * @param command the Pulumi CLI
 * @throws Refusal when there is no such command.
 */
export async function askPulumi(kind: Kind, stack: string, command = "pulumi"): Promise<StackReport> {
  let output = "";
  const { code } = await runCommand(command, pulumiArguments(kind, stack), (text) => {
    output += text;
    process.stdout.write(text);
  });
  const outcome = outcomeOf(code);
  return { stack, outcome, output: outcome === "changed" ? output.replace(LAST_ERROR, "") : output };
}
