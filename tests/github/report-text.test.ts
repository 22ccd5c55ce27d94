import { expect } from "chai";
import { BODY_LIMIT, reportText } from "../../.github/scripts/report-text";
import type { StackReport } from "../../.github/scripts/stack-report";

const CHANGES = `Previewing update (dev):
  + aws:sqs/queue:Queue: (create)
Resources:
    + 2 to create
    ~ 1 to update
    3 changes. 40 unchanged
`;

describe("The text about the stacks", () => {
  const text = (...reports: StackReport[]): string =>
    reportText({
      kind: "preview",
      reports,
      runUrl: "https://github.example/run/42",
      commit: "0123456789abcdef",
    });

  it("counts the changes of each stack and folds the output below", () => {
    expect(
      text(
        { stack: "dev", outcome: "changed", output: CHANGES },
        { stack: "prod", outcome: "unchanged", output: "Resources:\n    43 unchanged\n" },
      ),
    ).to.equal(`<!-- marble preview -->

## What this pull request would change

<details><summary><b>dev</b>: changes: + 2 to create, ~ 1 to update</summary>

\`\`\`
${CHANGES.trimEnd()}
\`\`\`

</details>

<details><summary><b>prod</b>: no change</summary>

\`\`\`
Resources:
    43 unchanged
\`\`\`

</details>

Commit 0123456. The full output is an artifact of [this run](https://github.example/run/42#artifacts).`);
  });

  it("reports a failed check in HTML, because GitHub renders no Markdown in a summary", () => {
    expect(text({ stack: "prod", outcome: "failed", output: "error: no credentials" }))
      .to.include("<b>prod</b>: <b>failed</b>, and the output says why</summary>")
      .and.include("error: no credentials");
  });

  it("reports a missing stack", () => {
    const output = "error: no stack named 'prod' found";
    expect(text({ stack: "prod", outcome: "absent", output })).to.include(
      "<b>prod</b>: this stack does not exist",
    );
  });

  it("stays within GitHub's limit and keeps the summary at the end of each output", () => {
    const long = (stack: string): StackReport => ({
      stack,
      outcome: "changed",
      output: `${`  ~ a resource of ${stack}\n`.repeat(20_000)}${CHANGES}`,
    });
    const both = text(long("dev"), long("prod"));
    expect(both.length)
      .to.be.at.most(BODY_LIMIT)
      .and.at.least(BODY_LIMIT - 500);
    expect(both.match(/3 changes\. 40 unchanged\n```/g)).to.have.lengthOf(2);
    expect(both).to.include("lines omitted");
    const one = text(long("dev"), { stack: "prod", outcome: "unchanged", output: "43 unchanged" });
    expect(one.length)
      .to.be.at.most(BODY_LIMIT)
      .and.at.least(BODY_LIMIT - 500);
  });

  it("has a longer fence than any fence in the output", () => {
    const ticks = "`".repeat(50);
    const hostile = text({ stack: "dev", outcome: "changed", output: `a\n${ticks}\n<b>no block</b>` });
    expect(hostile).to.include(`\n${ticks}\`\na\n`);
    const long = text({ stack: "dev", outcome: "changed", output: `${ticks}\n`.repeat(5_000) });
    expect(long.length).to.be.at.most(BODY_LIMIT);
  });
});
