import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { outcomeOf, pulumiArguments } from "../../.github/scripts/ask-pulumi";
import { reportText } from "../../.github/scripts/report-text";
import { readReports, type Kind, type StackReport } from "../../.github/scripts/stack-report";
import { runGitHubScript } from "../support/workflow/github-script";
import { recordedAnswer, type PulumiAnswer } from "../support/workflow/pulumi-answers";
import { PulumiStandIn } from "../support/workflow/pulumi-stand-in";

describe("Asking Pulumi about a stack", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "marble-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Runs the script in a folder, with a `pulumi` that gives one answer. */
  async function check(
    kind: Kind,
    answer: PulumiAnswer,
  ): Promise<{ exitCode: number | null; shown: string; asked: string; report: StackReport }> {
    const pulumi = new PulumiStandIn(directory, answer);
    const run = await runGitHubScript("check-stack.ts", [kind, "dev"], {
      cwd: directory,
      env: { PATH: pulumi.path },
    });
    return {
      exitCode: run.code,
      shown: run.stdout + run.stderr,
      asked: pulumi.asked,
      report: readReports(directory, kind, ["dev"])[0]!,
    };
  }

  it("reports a change as a success, with its resources and without Pulumi's error line", async () => {
    const answer = recordedAnswer("preview-of-changes");
    const { exitCode, shown, report } = await check("preview", answer);
    expect(exitCode, shown).to.equal(0);
    expect(shown).to.include(answer.stderr.trim());
    expect(report).to.deep.equal({ stack: "dev", outcome: "changed", output: answer.stdout });
    expect(readFileSync(join(directory, "reports/preview/dev/output.txt"), "utf8")).to.equal(answer.stdout);
    const comment = { kind: "preview" as const, reports: [report], runUrl: "https://x", commit: "0123456" };
    expect(reportText(comment)).to.match(/<b>dev<\/b>: changes: ~ 5 to update<\/summary>/);
  });

  it("reports drift with the resource that differs", async () => {
    const { exitCode, shown, report } = await check("drift", recordedAnswer("drift"));
    expect(exitCode, shown).to.equal(0);
    expect(report).to.include({ outcome: "changed" });
    expect(report.output).to.match(
      /~ aws:cloudwatch\/logGroup:LogGroup: \(update\)[^]*~ retentionInDays: 7 => 365/,
    );
    const issue = { kind: "drift" as const, reports: [report], runUrl: "https://x", commit: "0123456" };
    expect(reportText(issue)).to.match(/<b>dev<\/b>: changes: ~ 1 to update<\/summary>/);
  });

  for (const [kind, name] of [
    ["preview", "preview-without-changes"],
    ["drift", "no-drift"],
  ] as const) {
    it(`reports that nothing changes: ${name}`, async () => {
      const { exitCode, report } = await check(kind, recordedAnswer(name));
      expect(exitCode).to.equal(0);
      expect(report).to.include({ outcome: "unchanged" });
    });
  }

  it("reports a missing stack without failing", async () => {
    const { exitCode, shown, report } = await check("drift", recordedAnswer("no-such-stack"));
    expect(exitCode, shown).to.equal(0);
    expect(shown).to.include("The stack dev does not exist in this backend");
    expect(report).to.include({ outcome: "absent" });
  });

  it("fails with the reason when Pulumi gives no answer", async () => {
    const answer = recordedAnswer("preview-of-a-broken-program");
    const { exitCode, report } = await check("preview", answer);
    expect(exitCode).to.equal(1);
    expect(report).to.include({ outcome: "failed" });
    expect(report.output).to.include("marble:logLevel");
  });

  it("fails when a change breaks a rule of the policy pack, and names rule and resource", async () => {
    const { exitCode, report } = await check("preview", recordedAnswer("preview-of-a-broken-rule"));
    expect(exitCode).to.equal(1);
    const comment = { kind: "preview" as const, reports: [report], runUrl: "https://x", commit: "0123456" };
    expect(reportText(comment))
      .to.include("<b>dev</b>: <b>failed</b>, and the output says why")
      .and.match(/logs-expire .*marble-dev-load.*\nkeeps its logs for ever: set retentionInDays/);
  });

  it("trusts the exit code over Pulumi's text", () => {
    expect([0, 7, 6].map(outcomeOf)).to.deep.equal(["unchanged", "changed", "absent"]);
    for (const code of [1, 2, 3, 4, 5, 8, 9, 97, 255, null])
      expect(outcomeOf(code), String(code)).to.equal("failed");
  });

  it("explains in one sentence that Pulumi is not installed", async () => {
    const { code, stderr } = await runGitHubScript("check-stack.ts", ["preview", "dev"], {
      cwd: directory,
      env: { PATH: directory },
    });
    expect(code).to.equal(1);
    expect(stderr.trim()).to.match(/^The command pulumi was not found\. Install the Pulumi CLI .*$/);
  });

  it("prints its usage when the arguments are wrong", async () => {
    const { code, stderr } = await runGitHubScript("check-stack.ts", ["preview"], {
      cwd: directory,
      env: {},
    });
    expect(code).to.equal(1);
    expect(stderr.trim()).to.match(
      /^The arguments "preview" do not fit\. Usage: npm run preview -- STACK.*$/,
    );
  });

  it("treats an empty answer as a failure, never as no change", () => {
    expect(readReports(directory, "drift", ["prod"])[0]).to.include({ stack: "prod", outcome: "failed" });
  });

  it("checks a preview with the policy pack, but not a refresh, which declares nothing", () => {
    expect(pulumiArguments("preview", "prod").join(" ")).to.include(" --policy-pack policy ");
    expect(pulumiArguments("drift", "prod").join(" ")).to.not.include("policy");
  });

  it("only previews, also for a refresh, and changes nothing", async () => {
    expect(pulumiArguments("preview", "prod").slice(0, 4)).to.deep.equal([
      "preview",
      "--expect-no-changes",
      "--stack",
      "prod",
    ]);
    expect(pulumiArguments("drift", "prod").slice(0, 5)).to.deep.equal([
      "refresh",
      "--preview-only",
      "--expect-no-changes",
      "--stack",
      "prod",
    ]);
    const { asked } = await check("preview", recordedAnswer("preview-without-changes"));
    expect(asked.split(" ")).to.deep.equal(pulumiArguments("preview", "dev"));
  });
});
