import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { askPulumi, pulumiArguments } from "../../.github/scripts/ask-pulumi";
import { readReports, type Kind } from "../../.github/scripts/stack-report";
import { failureOf } from "../support/failure";
import { runGitHubScript } from "../support/workflow/github-script";

/** Pulumi's words: pkg/cmd/pulumi/operations/preview.go and refresh.go. */
const PROPOSED = "error: no changes were expected but changes were proposed";
const OCCURRED = "error: no changes were expected but changes occurred";

describe("Asking Pulumi about a stack", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "marble-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Runs the script in a folder, with a `pulumi` that says something and exits. */
  async function check(
    kind: Kind,
    says: { stdout: string; stderr?: string; exitCode: number },
  ): Promise<{ exitCode: number | null; shown: string; asked: string }> {
    const { stdout, stderr = "", exitCode } = says;
    const pulumi = join(directory, "pulumi");
    writeFileSync(join(directory, "stdout"), stdout);
    writeFileSync(join(directory, "stderr"), stderr);
    writeFileSync(
      pulumi,
      `#!/bin/sh\ncd ${directory}\necho "$@" >asked\ncat stdout\ncat stderr >&2\nexit ${exitCode}\n`,
    );
    chmodSync(pulumi, 0o755);
    const run = await runGitHubScript("check-stack.ts", [kind, "dev"], {
      cwd: directory,
      env: { PATH: `${directory}${delimiter}${process.env["PATH"]}` },
    });
    return {
      exitCode: run.code,
      shown: run.stdout + run.stderr,
      asked: readFileSync(join(directory, "asked"), "utf8"),
    };
  }

  it("reports a change, which is no failure", async () => {
    const output = "Resources:\n    + 2 to create\n";
    const { exitCode, shown } = await check("preview", {
      stdout: output,
      stderr: `${PROPOSED}\n`,
      exitCode: 255,
    });
    expect(exitCode, shown).to.equal(0);
    expect(shown).to.include("+ 2 to create").and.include(PROPOSED);
    expect(readReports(directory, "preview", ["dev"])).to.deep.equal([
      { stack: "dev", outcome: "changed", output },
    ]);
    expect(readFileSync(join(directory, "reports/preview/dev/output.txt"), "utf8")).to.equal(output);
  });

  it("reports drift", async () => {
    await check("drift", { stdout: "~ aws:sqs/queue:Queue\n", stderr: OCCURRED, exitCode: 1 });
    expect(readReports(directory, "drift", ["dev"])[0]).to.include({ outcome: "changed" });
  });

  it("reports that nothing changes", async () => {
    await check("drift", { stdout: "43 unchanged\n", exitCode: 0 });
    expect(readReports(directory, "drift", ["dev"])[0]).to.include({ outcome: "unchanged" });
  });

  it("fails, and reports why, if there is no answer", async () => {
    const { exitCode } = await check("preview", {
      stdout: "",
      stderr: "error: no credentials",
      exitCode: 255,
    });
    expect(exitCode).to.equal(1);
    expect(readReports(directory, "preview", ["dev"])).to.deep.equal([
      { stack: "dev", outcome: "failed", output: "error: no credentials" },
    ]);
  });

  it("says what is missing where there is no Pulumi", async () => {
    const error = await failureOf(askPulumi("preview", "dev", join(directory, "no-pulumi")));
    expect(error.message).to.include("Install the Pulumi CLI");
  });

  it("takes silence for a failure, never for no change", () => {
    expect(readReports(directory, "drift", ["prod"])[0]).to.include({ stack: "prod", outcome: "failed" });
  });

  it("changes nothing: a preview, and a refresh that is only previewed", async () => {
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
    const { asked } = await check("preview", { stdout: "", exitCode: 0 });
    expect(asked.trim().split(" ")).to.deep.equal(pulumiArguments("preview", "dev"));
  });
});
