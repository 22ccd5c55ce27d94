import type { StageName } from "../../cloud";
import { summary } from "../../commands/present";
import type { FailureView, RunView, StageView } from "../api";
import type { Run } from "../server/history";
import { remedyOf } from "./remedy";

/** What is known of a stage. */
export interface StageFacts {
  readonly name: StageName;
  /** The newest last. */
  readonly runs: readonly Run[];
  readonly running: boolean;
  readonly backlog: number | null;
  readonly nextRun: Date | undefined;
}

const SHOWN_RUNS = 30;

/** How a stage stands: whether it works, waits or fails, since when and why, and when it last recovered. */
export function stageView({ name, runs, running, backlog, nextRun }: StageFacts): StageView {
  const failure = failureOf(runs);
  const idle = runs.length === 0 ? "never" : "idle";
  const waiting = backlog !== null && backlog > 0 ? "waiting" : idle;
  return {
    name,
    state: running ? "running" : failure !== null ? "failed" : waiting,
    backlog,
    nextRun: nextRun?.toISOString() ?? null,
    runs: runs.slice(-SHOWN_RUNS).map(runView),
    failure,
    recovery: recoveryOf(runs),
  };
}

function runView({ startedAt, endedAt, result }: Run): RunView {
  const { ok, payload, durationMs } = result;
  return {
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    ok,
    durationMs,
    says: ok ? summary(payload) : sentenceOf(result),
  };
}

/** The failures since the last success; null when the last run succeeded. */
function failureOf(runs: readonly Run[]): FailureView | null {
  const failed = runs.slice(runs.findLastIndex(({ result }) => result.ok) + 1);
  const [first, last] = [failed[0], failed.at(-1)];
  if (first === undefined || last?.result.error === undefined) return null;
  return {
    since: first.endedAt.toISOString(),
    count: failed.length,
    sentence: sentenceOf(last.result),
    remedy: remedyOf(last.result.error),
  };
}

/** The last failure that a success has followed. */
function recoveryOf(runs: readonly Run[]): StageView["recovery"] {
  const failed = runs.findLastIndex(({ result }, index) => !result.ok && runs[index + 1]?.result.ok === true);
  const [failure, success] = [runs[failed], runs[failed + 1]];
  if (failure === undefined || success === undefined) return null;
  const before = runs.slice(0, failed).findLastIndex(({ result }) => result.ok);
  return {
    failedAt: (runs[before + 1] ?? failure).endedAt.toISOString(),
    at: success.endedAt.toISOString(),
    sentence: sentenceOf(failure.result),
  };
}

const sentenceOf = ({ error }: Run["result"]): string => error?.message ?? "no reason was given";
