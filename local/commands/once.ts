import type { StageName } from "../cloud";
import type { CloudEvent } from "../cloud-event";
import type { Platform } from "../platform";
import { findMissingData } from "./missing/missing-data";
import { failureText } from "./present";
import { runReport, type RunReport } from "./run-report";
import type { StageResult } from "./stage-result";

/** The exit code of a run in which every stage succeeded, but some data did not arrive: see `Missing`. */
export const INCOMPLETE = 2;

/** Keeps the result of every successful invocation, also of those that events started. */
export function resultCollector(): {
  readonly onEvent: (event: CloudEvent) => void;
  take(): StageResult[];
  /** Returns the results so far. Later ones are not kept. */
  end(): StageResult[];
} {
  let results: StageResult[] = [];
  let ended = false;
  return {
    onEvent: (event) => {
      if (!ended && event.kind === "invocation" && event.result.ok)
        results.push({ stage: event.stage, payload: event.result.payload });
    },
    take: () => {
      const taken = results;
      results = [];
      return taken;
    },
    end: () => {
      ended = true;
      return results;
    },
  };
}

const STAGES: readonly StageName[] = ["ingest", "process", "load"];

/**
 * Runs every stage until nothing is left to do. The events of one stage are done before the next stage starts.
 * @param ingestEvent the event for ingest
 * @throws Error with the stage, the cause and the remedy if an invocation fails
 */
export async function runOnce(
  { cloud }: Platform,
  collector: { take(): StageResult[] },
  ingestEvent: object = {},
): Promise<RunReport> {
  collector.take();
  const results: StageResult[] = [];
  for (const stage of STAGES) {
    for (;;) {
      const { ok, error } = await cloud.invoke(stage, stage === "ingest" ? ingestEvent : {});
      if (!ok) throw new Error(failureText(stage, error));
      await cloud.settled();
      const made = collector.take();
      results.push(...made);
      if (stage === "ingest" || !made.some((result) => result.stage === stage && hasCommits(result.payload)))
        break;
    }
  }
  return runReport(results, await findMissingData(cloud, results));
}

const hasCommits = (payload: unknown): boolean =>
  ((payload as { commits?: readonly number[] }).commits ?? []).length > 0;
