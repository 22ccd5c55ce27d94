import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { commentPreview } from "../../.github/scripts/comment-preview";
import type { Repository } from "../../.github/scripts/github";
import { writeReport, type StackReport } from "../../.github/scripts/stack-report";
import { trackDrift } from "../../.github/scripts/track-drift";
import { failureOf } from "../support/failure";
import { BOT, GitHubStandIn } from "../support/workflow/github";
import { runGitHubScript } from "../support/workflow/github-script";

const dev = (outcome: StackReport["outcome"]): StackReport => ({
  stack: "dev",
  outcome,
  output: `dev ${outcome}`,
});
const prod = (outcome: StackReport["outcome"]): StackReport => ({
  stack: "prod",
  outcome,
  output: `prod ${outcome}`,
});

describe("On GitHub", () => {
  let gitHub: GitHubStandIn;
  let repository: Repository;

  beforeEach(async () => {
    gitHub = new GitHubStandIn();
    repository = await gitHub.start();
  });
  afterEach(() => gitHub.stop());

  describe("a pull request", () => {
    it("has one comment with the preview, which every run replaces", async () => {
      await commentPreview(repository, 7, [dev("changed"), prod("failed")]);
      await commentPreview(repository, 7, [dev("unchanged"), prod("changed")]);
      expect(gitHub.comments).to.have.lengthOf(1);
      expect(gitHub.comments[0]!.body)
        .to.include("dev unchanged")
        .and.include("prod changed")
        .and.include("https://github.example/acme/marble/actions/runs/42#artifacts");
    });

    it("has one comment although many other comments come before it", async () => {
      for (let count = 0; count < 230; count++) gitHub.add(gitHub.comments, "somebody", "hello");
      await commentPreview(repository, 7, [dev("changed")]);
      for (let count = 0; count < 230; count++) gitHub.add(gitHub.comments, "somebody", "hello");
      await commentPreview(repository, 7, [dev("unchanged")]);
      const own = gitHub.comments.filter(({ user }) => user.login === BOT);
      expect(own.map(({ body }) => body.includes("dev unchanged"))).to.deep.equal([true]);
    });

    it("keeps the comments of others, even if they look like the preview", async () => {
      const quoted = gitHub.add(gitHub.comments, "somebody", "<!-- marble preview -->\nmine");
      await commentPreview(repository, 7, [dev("changed")]);
      expect(quoted.body).to.equal("<!-- marble preview -->\nmine");
      expect(gitHub.comments).to.have.lengthOf(2);
    });

    it("gets a comment for a preview of any length", async () => {
      await commentPreview(repository, 7, [{ ...dev("changed"), output: "a line\n".repeat(100_000) }]);
      expect(gitHub.comments).to.have.lengthOf(1);
    });
  });

  describe("drift", () => {
    it("opens one issue, which is updated while drift lasts and closed afterwards", async () => {
      expect(await trackDrift(repository, [dev("unchanged"), prod("changed")])).to.equal("open");
      expect(gitHub.issues[0]!.title).to.equal("Drift in prod: AWS differs from Pulumi's state");
      expect(await trackDrift(repository, [dev("changed"), prod("changed")])).to.equal("update");
      expect(gitHub.issues).to.have.lengthOf(1);
      expect(gitHub.issues[0]!.title).to.equal("Drift in dev and prod: AWS differs from Pulumi's state");
      expect(gitHub.issues[0]!.body).to.include("dev changed").and.include("prod changed");

      expect(await trackDrift(repository, [dev("unchanged"), prod("unchanged")])).to.equal("close");
      expect(gitHub.issues[0]).to.deep.include({ state: "closed" });
      expect(gitHub.issues[0]!.comments).to.have.lengthOf(1);
      expect(await trackDrift(repository, [dev("unchanged"), prod("changed")])).to.equal("open");
      expect(gitHub.issues).to.have.lengthOf(2);
    });

    it("keeps its issue open when a stack could not be checked", async () => {
      await trackDrift(repository, [dev("unchanged"), prod("changed")]);
      expect(await trackDrift(repository, [dev("unchanged"), prod("failed")])).to.equal("leave");
      expect(gitHub.issues[0]!.state).to.equal("open");
    });

    it("closes its issue when every existing stack matches Pulumi's state", async () => {
      await trackDrift(repository, [dev("changed"), prod("absent")]);
      expect(gitHub.issues[0]!.title).to.equal("Drift in dev: AWS differs from Pulumi's state");
      expect(await trackDrift(repository, [dev("unchanged"), prod("absent")])).to.equal("close");
    });

    it("keeps its issue open when none of the stacks exists", async () => {
      await trackDrift(repository, [dev("changed"), prod("absent")]);
      const error = await failureOf(trackDrift(repository, [dev("absent"), prod("absent")]));
      expect(error.message).to.match(
        /^The stacks dev and prod do not exist in this backend\. Set the variable/,
      );
      expect(gitHub.issues[0]!.state).to.equal("open");
    });

    it("opens no issue when every stack matches Pulumi's state", async () => {
      expect(await trackDrift(repository, [dev("unchanged"), prod("unchanged")])).to.equal("leave");
      expect(await trackDrift(repository, [dev("failed"), prod("unchanged")])).to.equal("leave");
      expect(gitHub.issues).to.deep.equal([]);
    });
  });

  for (const { kind, published } of [
    { kind: "preview" as const, published: () => gitHub.comments },
    { kind: "drift" as const, published: () => gitHub.issues },
  ]) {
    it(`the job that publishes the ${kind} needs only the environment of a workflow`, async () => {
      const cwd = mkdtempSync(join(tmpdir(), "marble-"));
      writeReport(cwd, kind, dev("changed"));
      const env = { ...gitHub.environment, PULL_REQUEST: "7" };
      const { code, stderr } = await runGitHubScript("publish-reports.ts", [kind, "dev", "prod"], {
        cwd,
        env,
      });
      rmSync(cwd, { recursive: true });
      expect(code, stderr).to.equal(0);
      expect(published()).to.have.lengthOf(1);
      expect(published()[0]!.body).to.include("dev changed").and.include("The run did not reach Pulumi");
    });
  }

  it("a refusal is an error that names the request and the answer", async () => {
    const error = await failureOf(repository.send("PATCH", "/issues/999", {}));
    expect(error.message).to.match(/PATCH \/issues\/999 with 404: .*Not Found/);
  });
});
