import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What is asked about a stack: what a deployment would change, or what was changed behind Pulumi's back. */
export const KINDS = ["preview", "drift"] as const;
export type Kind = (typeof KINDS)[number];

const report = z.strictObject({
  stack: z.string(),
  /** `absent`: the backend has no such stack; `failed`: there is no answer, the output says why */
  outcome: z.enum(["unchanged", "changed", "absent", "failed"]),
});

/** What Pulumi said about one stack. */
export interface StackReport extends z.infer<typeof report> {
  readonly output: string;
}

/** Where jobs leave their reports for the job that publishes them, relative to the project's folder. */
const REPORTS_FOLDER = "reports";

const folderOf = (root: string, kind: Kind): string => join(root, REPORTS_FOLDER, kind);

/** Writes `reports/<kind>/<stack>/`: the output as text, for people, and the outcome beside it. */
export function writeReport(root: string, kind: Kind, { stack, outcome, output }: StackReport): void {
  const folder = join(folderOf(root, kind), stack);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "output.txt"), output);
  writeFileSync(join(folder, "outcome.json"), JSON.stringify({ stack, outcome }));
}

/**
 * Reads the reports of the given stacks. One whose job ended before there was any is a failed one, so that
 * nobody takes silence for "no change".
 */
export function readReports(root: string, kind: Kind, stacks: readonly string[]): StackReport[] {
  return stacks.map((stack) => {
    const folder = join(folderOf(root, kind), stack);
    if (!existsSync(join(folder, "outcome.json"))) {
      return { stack, outcome: "failed", output: "Pulumi was not reached: see the log of the run." };
    }
    const { outcome } = report.parse(JSON.parse(readFileSync(join(folder, "outcome.json"), "utf8")));
    return { stack, outcome, output: readFileSync(join(folder, "output.txt"), "utf8") };
  });
}
