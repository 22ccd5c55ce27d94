import { parse } from "yaml";

/** The files of `.github/` that GitHub runs, by path: workflows and composite actions. */
export type WorkflowFiles = Readonly<Record<string, string>>;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly environment?: string;
  readonly concurrency?: Concurrency;
  readonly strategy?: { readonly matrix?: { readonly stack?: readonly string[] } };
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
}

interface Concurrency {
  readonly group?: string;
  readonly "cancel-in-progress"?: unknown;
}

interface Workflow {
  readonly on: string | Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface RuleContext {
  /** the scripts of package.json */
  readonly scripts: readonly string[];
  /** the stacks that have a configuration file */
  readonly stacks: readonly string[];
}

/** An action of another repository, at a commit, with the version of that commit. */
const PINNED = /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** The conditions that keep a job away from pull requests of forks. */
const NO_FORKS = "github.event.pull_request.head.repo.full_name == github.repository";

/** Every breach of the rules for what runs on GitHub, as `<file>: <job or line>: <what is wrong>`. */
export function workflowProblems(files: WorkflowFiles, context: RuleContext): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    const problems = [...unpinned(text), ...missingScripts(text, context.scripts), ...forbidden(text)];
    if (path.includes("/workflows/")) problems.push(...workflowRules(parse(text) as Workflow, context));
    return problems.map((problem) => `${path}: ${problem}`);
  });
}

function unpinned(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^(- )?uses:/.test(line) && !/uses: \.\//.test(line) && !PINNED.test(line))
    .map((line) => `${line}: not a commit with its version`);
}

function missingScripts(text: string, scripts: readonly string[]): string[] {
  return [...text.matchAll(/npm run ([\w:-]+)/g)]
    .map(([, script = ""]) => script)
    .filter((script) => !scripts.includes(script))
    .map((script) => `npm run ${script}: no such script`);
}

function forbidden(text: string): string[] {
  return [
    ...(/\bsecrets\b/.test(text) ? ["secrets: none is needed, roles come by OIDC"] : []),
    ...(/aws-(access-key-id|secret-access-key)/i.test(text) ? ["a long-lived key"] : []),
  ];
}

function workflowRules(workflow: Workflow, context: RuleContext): string[] {
  const triggers = typeof workflow.on === "string" ? [workflow.on] : Object.keys(workflow.on);
  const problems = triggers
    // Both run with the rights of main on behalf of somebody else's code.
    .filter((trigger) => ["pull_request_target", "workflow_run"].includes(trigger))
    .map((trigger) => `on ${trigger}`);
  if (JSON.stringify(workflow.permissions) !== "{}") problems.push("permissions: not {} for the workflow");
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const found = [
      ...jobRules(job),
      ...(triggers.includes("pull_request") ? forkRules(job) : []),
      ...stackRules(workflow, job, context),
    ];
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

function jobRules(job: Job): string[] {
  const { permissions, steps = [] } = job;
  return [
    ...(typeof permissions === "object" ? [] : ["no permissions"]),
    ...(job.uses === undefined && job["timeout-minutes"] === undefined ? ["no timeout"] : []),
    ...steps
      .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
      .filter((step) => step.with?.["persist-credentials"] !== false)
      .map(() => "checkout leaves its token in the folder"),
    // A branch's name or a title would become part of the shell's command.
    ...steps
      .filter(({ run }) => /\$\{\{[^}]*github\.(event|head_ref)/.test(run ?? ""))
      .map(() => "event text in a command"),
  ];
}

/** For a job of a workflow that pull requests start. */
function forkRules({ if: condition = "", permissions, environment }: Job): string[] {
  if (condition.includes(NO_FORKS) && !condition.includes("||")) return [];
  return [
    ...(typeof permissions === "object" && permissions["id-token"] !== undefined
      ? ["a fork reaches a role"]
      : []),
    ...(environment === undefined ? [] : ["a fork reaches an environment"]),
  ];
}

/** True if one run of a job ends before the next begins, regardless of the commit. */
const inOrder = (job: Job | undefined): boolean =>
  job?.concurrency?.group?.includes("${{") === false && job.concurrency["cancel-in-progress"] === false;

function stackRules(workflow: Workflow, job: Job, { stacks }: RuleContext): string[] {
  const { needs, strategy, steps = [], environment, concurrency } = job;
  const matrix = strategy?.matrix?.stack;
  const deploys = steps.flatMap(({ run }) => /npm run deploy -- (\S+)/.exec(run ?? "")?.[1] ?? []);
  const deepest = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"))?.with?.["fetch-depth"];
  const checked = (stack: string): boolean => {
    const at = (command: string): number =>
      steps.findIndex(({ run }) => run?.includes(`npm run ${command} -- ${stack}`) === true);
    return deepest === 0 && at("check-order") >= 0 && at("check-order") < at("deploy");
  };
  return [
    ...(matrix !== undefined && matrix.join() !== stacks.join() ? [`not every stack: ${matrix.join()}`] : []),
    ...deploys.flatMap((stack) => [
      ...(stacks.includes(stack) ? [] : [`no stack ${stack}`]),
      ...(environment === stack ? [] : [`deploys ${stack} outside its environment`]),
      ...(concurrency?.group === `deploy-${stack}` ? [] : [`may meet another deployment of ${stack}`]),
      ...(concurrency?.["cancel-in-progress"] === false && workflow.concurrency === undefined
        ? []
        : [`a deployment of ${stack} may be cancelled`]),
      ...(inOrder(workflow.jobs[needs ?? ""]) ? [] : [`${needs} is done in any order before ${stack}`]),
      ...(checked(stack) ? [] : [`may deploy ${stack} although a newer commit was`]),
    ]),
  ];
}
