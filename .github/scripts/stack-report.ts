import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** The kinds of checks: the changes of a deployment, or the changes made without Pulumi. */
export const KINDS = ["preview", "drift"] as const;
export type Kind = (typeof KINDS)[number];

const report = z.strictObject({
  stack: z.string(),
  /** `absent`: the backend does not have the stack; `failed`: there is no result, and the output says why */
  outcome: z.enum(["unchanged", "changed", "absent", "failed"]),
});

/** Pulumi's result for one stack. */
export interface StackReport extends z.infer<typeof report> {
  readonly output: string;
}

/** Where jobs leave their reports for the job that publishes them, relative to the project's folder. */
const REPORTS_FOLDER = "reports";

const folderOf = (root: string, kind: Kind): string => join(root, REPORTS_FOLDER, kind);

/** Writes `reports/<kind>/<stack>/`: the output as text for people, and the outcome. */
export function writeReport(root: string, kind: Kind, { stack, outcome, output }: StackReport): void {
  const folder = join(folderOf(root, kind), stack);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "output.txt"), output);
  writeFileSync(join(folder, "outcome.json"), JSON.stringify({ stack, outcome }));
}

/**
 * Reads the reports of the given stacks. If a job ended before it wrote its report, the report is failed, so that
 * silence does not look like "no change".
 */
export function readReports(root: string, kind: Kind, stacks: readonly string[]): StackReport[] {
  return stacks.map((stack) => {
    const folder = join(folderOf(root, kind), stack);
    if (!existsSync(join(folder, "outcome.json"))) {
      return { stack, outcome: "failed", output: "The run did not reach Pulumi. See the log of the run." };
    }
    const { outcome } = report.parse(JSON.parse(readFileSync(join(folder, "outcome.json"), "utf8")));
    return { stack, outcome, output: readFileSync(join(folder, "output.txt"), "utf8") };
  });
}
