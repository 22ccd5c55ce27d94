import { PULUMI_EXIT } from "./pulumi-exit-codes";
import { runCommand } from "./script";
import type { Kind, StackReport } from "./stack-report";

/** Flags that make Pulumi's output the same everywhere, and readable as plain text. */
const PLAIN = ["--non-interactive", "--diff", "--suppress-progress", "--color", "never"];

/** With changes, Pulumi's output ends with an error line. But for the report, changes are not an error. */
const LAST_ERROR = /^error: .*\n*(?![\s\S]*^error: )/m;

/**
 * The command that checks a stack. Neither command changes anything or takes the lock of the stack. Without
 * `--preview-only`, `refresh` would write its findings to the state before it complains.
 */
export function pulumiArguments(kind: Kind, stack: string): string[] {
  const question = {
    // Shows the changes that the program of this commit would make.
    preview: ["preview"],
    // Compares AWS with the state, not with the program, because prod may wait for its approval.
    drift: ["refresh", "--preview-only"],
  }[kind];
  // The rules that every stack must obey. A refresh declares no resources to check.
  const rules = kind === "preview" ? ["--policy-pack", "policy"] : [];
  return [...question, "--expect-no-changes", "--stack", stack, ...rules, ...PLAIN];
}

/** The meaning of an exit code. An unknown code is a failure. */
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
 * Runs Pulumi, and prints its output as it arrives.
 *
 * @param command the Pulumi CLI
 * @throws Refusal if the command does not exist.
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
