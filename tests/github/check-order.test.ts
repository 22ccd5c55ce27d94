import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import type { Ended } from "../support/local/command";
import { runGitHubScript } from "../support/workflow/github-script";

describe("A commit is deployed", () => {
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

  /** Runs the script at a commit, with a `pulumi` that remembers deployments. */
  async function check(at: string, history: readonly unknown[]): Promise<Ended & { asked: string }> {
    git("checkout", "-q", at);
    const pulumi = join(directory, "pulumi");
    writeFileSync(join(directory, "history"), JSON.stringify(history));
    writeFileSync(pulumi, `#!/bin/sh\necho "$@" >${directory}/asked\ncat ${directory}/history\n`);
    chmodSync(pulumi, 0o755);
    const ended = await runGitHubScript("check-order.ts", ["dev"], {
      cwd: directory,
      env: { PATH: `${directory}${delimiter}${process.env["PATH"]}` },
    });
    return { ...ended, asked: readFileSync(join(directory, "asked"), "utf8") };
  }
  const update = (head: string): unknown => ({
    kind: "update",
    result: "succeeded",
    environment: { "exec.kind": "cli", "git.head": head, "git.dirty": "false" },
  });

  it("not when a newer one was, with what to do instead", async () => {
    const { code, stderr, asked } = await check(older, [{ kind: "refresh" }, update(newer), update(older)]);
    expect(code).to.equal(1);
    expect(stderr).to.include(`${older} is not deployed to dev: ${newer}, which is newer, was`);
    expect(asked).to.match(/^stack history --json .*--stack dev /);
  });

  for (const [what, history] of [
    ["after an older one", () => [update(older)]],
    ["again", () => [update(newer)]],
    ["to a stack that is new", () => []],
    ["after one that is on no branch any more", () => [update("e".repeat(40))]],
    ["after a deployment from outside a repository", () => [{ kind: "update", environment: {} }]],
  ] as const) {
    it(what, async () => {
      const { code, stderr } = await check(newer, history());
      expect(code, stderr).to.equal(0);
    });
  }
});
