import type { ProcessResult } from "../../../stages/process/process";
import { summary } from "../../commands/present";
import type { FailureView, RunView, StageView } from "../api";
import type { Run } from "../server/run";
import { remedyOf } from "./remedy";

/** The facts about a stage. */
interface StageFacts {
  readonly name: StageView["name"];
  /** The newest last. */
  readonly runs: readonly Run[];
  readonly running: boolean;
  readonly backlog: number | null;
  /** True if the stage works, but some tables are behind. */
  readonly isBehind: boolean;
  /** True if the results of the stage are unknown. */
  readonly isUnknown: boolean;
  readonly nextRun: Date | undefined;
}

const SHOWN_RUNS = 30;

/** The state of a stage: whether it works, waits or fails, since when and why, and its last recovery. */
export function stageView(facts: StageFacts): StageView {
  const { name, runs, running, backlog, nextRun } = facts;
  const failure = failureOf(runs);
  return {
    name,
    state: running ? "running" : failure !== null ? "failed" : restingState(facts),
    backlog,
    nextRun: nextRun?.toISOString() ?? null,
    runs: runs.slice(-SHOWN_RUNS).map(runView),
    failure,
    recovery: recoveryOf(runs),
  };
}

/** The state of a stage that neither runs nor fails. */
function restingState({ runs, backlog, isBehind, isUnknown }: StageFacts): StageView["state"] {
  if (isUnknown) return "unknown";
  if (backlog !== null && backlog > 0) return "waiting";
  if (isBehind) return "behind";
  return runs.length === 0 ? "never" : "idle";
}

function runView({ startedAt, endedAt, result }: Run): RunView {
  const { ok, payload, durationMs, requestId } = result;
  return {
    id: requestId,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    ok,
    durationMs,
    says: ok ? summary(payload) : sentenceOf(result),
    rejected: ok ? rejectedBy(payload) : [],
  };
}

function rejectedBy(payload: unknown): readonly number[] {
  const { rejected = 0, commits = [] } = payload as Partial<Pick<ProcessResult, "rejected" | "commits">>;
  return rejected > 0 ? commits : [];
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
