import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Ended } from "../support/local/command";
import { runGitHubScript } from "../support/workflow/github-script";
import { recordedAnswer, type PulumiAnswer } from "../support/workflow/pulumi-answers";
import { PulumiStandIn } from "../support/workflow/pulumi-stand-in";

describe("Deploying a commit", () => {
  let directory: string;
  let older: string;
  let newer: string;

  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], { cwd: directory })
      .toString()
      .trim();
  const commit = (message: string): string => {
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "marble-"));
    git("init", "-q");
    older = commit("one");
    newer = commit("two");
  });
  after(() => rmSync(directory, { recursive: true }));

  /** Runs the script at a commit, with a `pulumi` that gives one answer. */
  async function ask(at: string, answer: PulumiAnswer): Promise<Ended & { asked: string }> {
    git("checkout", "-q", at);
    const pulumi = new PulumiStandIn(directory, answer);
    const ended = await runGitHubScript("check-order.ts", ["dev"], {
      cwd: directory,
      env: { PATH: pulumi.path },
    });
    return { ...ended, asked: pulumi.asked };
  }
  /** The same, with a `pulumi` that remembers deployments. */
  const check = (at: string, history: readonly unknown[]): Promise<Ended & { asked: string }> =>
    ask(at, { exitCode: 0, stdout: JSON.stringify(history), stderr: "" });
  const update = (head: string): unknown => ({
    kind: "update",
    result: "succeeded",
    environment: { "exec.kind": "cli", "git.head": head, "git.dirty": "false" },
  });

  it("is refused with a remedy when a newer commit is deployed", async () => {
    const { code, stderr, asked } = await check(older, [{ kind: "refresh" }, update(newer), update(older)]);
    expect(code).to.equal(1);
    expect(stderr).to.include(`${older} must not be deployed to dev: the newer commit ${newer} is deployed`);
    expect(asked).to.match(/^stack history --json .*--stack dev /);
  });

  for (const [what, history] of [
    ["is allowed after an older commit", () => [update(older)]],
    ["is allowed for the deployed commit itself", () => [update(newer)]],
    ["is allowed to a new stack", () => []],
    ["is allowed after a commit that is on no branch any more", () => [update("e".repeat(40))]],
    ["is allowed after a deployment from outside a repository", () => [{ kind: "update", environment: {} }]],
  ] as const) {
    it(what, async () => {
      const { code, stderr } = await check(newer, history());
      expect(code, stderr).to.equal(0);
    });
  }

  it("is decided from the recorded history of a real stack", async () => {
    const answer = recordedAnswer("history");
    const [{ environment }] = JSON.parse(answer.stdout) as [{ environment: Record<string, string> }];
    const stdout = answer.stdout.replaceAll(environment["git.head"]!, newer);
    const { code, stderr } = await ask(older, { ...answer, stdout });
    expect(code).to.equal(1);
    expect(stderr.trim()).to.match(/^[0-9a-f]{40} must not be deployed to dev: [^\n]*$/);
  });

  for (const [what, answer, sentence] of [
    [
      "is refused for a missing stack, with how to create it",
      () => recordedAnswer("history-of-no-such-stack"),
      /^The stack dev does not exist in this backend\. Create it as described in docs\/deploy\.md, .*$/,
    ],
    [
      "is refused with Pulumi's own error when Pulumi gives no answer",
      () => ({ exitCode: 1, stdout: "", stderr: "error: no credentials\n" }),
      /^Pulumi could not show the deployments of dev:\nerror: no credentials$/,
    ],
  ] as const) {
    it(what, async () => {
      const { code, stderr } = await ask(newer, answer());
      expect(code).to.equal(1);
      expect(stderr.trim()).to.match(sentence);
    });
  }
});
