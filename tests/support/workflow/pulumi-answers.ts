import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the Pulumi CLI wrote, and the code that it ended with. */
export interface PulumiAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const FOLDER = join(__dirname, "pulumi-answers");

/**
 * What the Pulumi CLI 3.274.1 answered when it was asked with the commands of `.github/scripts`, over a stand-in for
 * the AWS provider. The words and the exit codes are those of the CLI; of the history, people and settings are left out.
 */
export function recordedAnswer(
  name:
    | "preview-of-changes"
    | "preview-without-changes"
    | "preview-of-a-broken-program"
    | "preview-of-a-broken-rule"
    | "drift"
    | "no-drift"
    | "no-such-stack"
    | "history"
    | "history-of-no-such-stack",
): PulumiAnswer {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as PulumiAnswer;
}
