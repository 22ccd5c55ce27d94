import { shareOut, shorten } from "./shorten";
import type { Kind, StackReport } from "./stack-report";

/** The longest body of a comment or an issue that GitHub accepts. */
export const BODY_LIMIT = 65_536;

interface ReportTextOptions {
  readonly kind: Kind;
  readonly reports: readonly StackReport[];
  /** the page of the workflow run, which has the full reports */
  readonly runUrl: string;
  readonly commit: string;
  /** default GitHub's */
  readonly limit?: number;
}

/** An invisible first line. The next run finds the text of this run by it. */
export const markerOf = (kind: Kind): string => `<!-- marble ${kind} -->`;

const HEADINGS: Readonly<Record<Kind, string>> = {
  preview: "## What this pull request would change",
  drift: "## AWS differs from Pulumi's state",
};

const HEADLINES: Readonly<Record<StackReport["outcome"], string>> = {
  unchanged: "no change",
  changed: "changes",
  absent: "this stack does not exist",
  // Pulumi, the program or a rule of the policy pack refused. The text is HTML, because GitHub reads no Markdown here.
  failed: "<b>failed</b>, and the output says why",
};

/**
 * The body of the comment or the issue. Each stack has a line with the number of changes, and Pulumi's output, folded.
 * The output is shortened so that the body stays within the limit.
 */
export function reportText(options: ReportTextOptions): string {
  const { reports, limit = BODY_LIMIT } = options;
  const outputs = reports.map(({ output }) => output.trimEnd());
  const withoutOutputs = body(
    options,
    outputs.map(() => ""),
  );
  const shares = shareOut(
    outputs.map((output) => output.length),
    limit - withoutOutputs.length,
  );
  return body(
    options,
    outputs.map((output, index) => shorten(output, shares[index] ?? 0)),
  );
}

function body({ kind, reports, runUrl, commit }: ReportTextOptions, shown: readonly string[]): string {
  const stacks = reports.map(({ stack, outcome, output }, index) => {
    const fence = fenceFor(output);
    return [
      `<details><summary><b>${stack}</b>: ${summaryOf(outcome, output)}</summary>`,
      "",
      fence,
      shown[index] ?? "",
      fence,
      "",
      "</details>",
    ].join("\n");
  });
  const full = `Commit ${commit.slice(0, 7)}. The full output is an artifact of [this run](${runUrl}#artifacts).`;
  return [markerOf(kind), HEADINGS[kind], ...stacks, full].join("\n\n");
}

/** `changes: + 2 to create, ~ 1 to update`, from the last lines of Pulumi's output. */
function summaryOf(outcome: StackReport["outcome"], output: string): string {
  const counts = /^Resources:[^\S\n]*\n((?:[^\S\n]+\S.*\n?)+)/m
    .exec(output)?.[1]
    ?.split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.includes("unchanged"));
  return counts === undefined || counts.length === 0 || outcome !== "changed"
    ? HEADLINES[outcome]
    : `${HEADLINES[outcome]}: ${counts.join(", ")}`;
}

/** The fence of a code block, longer than every fence in the text. */
function fenceFor(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  return "`".repeat(Math.max(2, ...runs) + 1);
}
