import { METRICS_NAMESPACE } from "../../../domain/metrics";
import type { CloudEvent, FunctionName } from "../../cloud-event";
import type { AlarmTransition } from "../../cloud/cloudwatch/alarm";
import { embeddedMetrics } from "../../cloud/cloudwatch/embedded-metrics";
import type { KeptRuns } from "./kept-runs";
import type { Run } from "./run";
import type { LogLine, Topic } from "../api";
import { joinedText, logLine } from "./log-line";

/** What the platform has told, as far as a person may want to look back: the runs of earlier starts too. */
export interface History {
  readonly onEvent: (event: CloudEvent) => void;
  /** The newest last. */
  runs(stage: FunctionName): readonly Run[];
  isRunning(stage: FunctionName): boolean;
  /** The newest last. */
  logs(): readonly LogLine[];
  /** The newest change of each alarm, by its name. */
  transitions(): ReadonlyMap<string, AlarmTransition>;
  /** The newest moment for which the warehouse is known to show what the source had. */
  shows(): Date | undefined;
  /** Calls the listener whenever something is new, until the returned function is called. */
  subscribe(listener: (topic: Topic) => void): () => void;
  announce(topic: Topic): void;
}

const KEPT_RUNS = 500;
const KEPT_LINES = 2000;

/**
 * Keeps events in memory, the newest of each kind.
 * @param kept keeps the runs over restarts
 */
export function eventHistory(now: () => Date = () => new Date(), kept?: KeptRuns): History {
  const runs = perFunction<Run>();
  for (const { stage, run } of kept?.earlier ?? []) keep(runs[stage], run, KEPT_RUNS);
  const underway = perFunction<Date>();
  const logs: LogLine[] = [];
  const transitions = new Map<string, AlarmTransition>();
  const listeners = new Set<(topic: Topic) => void>();
  let shows: Date | undefined;
  const announce = (topic: Topic): void => listeners.forEach((listener) => listener(topic));

  function observeLog(stage: FunctionName, line: string): void {
    const metrics = embeddedMetrics(line);
    for (const { namespace, metric, value, at } of metrics) {
      if (namespace === METRICS_NAMESPACE && metric === "Freshness")
        shows = new Date(at.getTime() - value * 1000);
    }
    // A line of metrics says nothing to a reader of the log; the charts show it.
    if (metrics.length === 0) addLine(logLine(stage, line, now()));
  }

  /** Lines of other stages may have come between those of a text. */
  function addLine(line: LogLine): void {
    const place = logs.findLastIndex((other) => other.stage === line.stage);
    const joined = joinedText(logs[place], line);
    if (joined === undefined) keep(logs, line, KEPT_LINES);
    else logs[place] = joined;
  }

  return {
    onEvent: (event) => {
      switch (event.kind) {
        case "started":
          underway[event.stage].push(now());
          {
            announce("runs");
            return;
          }
        case "invocation": {
          const endedAt = now();
          const startedAt = underway[event.stage].shift() ?? endedAt;
          const run = { startedAt, endedAt, result: event.result };
          keep(runs[event.stage], run, KEPT_RUNS);
          kept?.add({ stage: event.stage, run });
          announce("runs");
          return;
        }
        case "log":
          observeLog(event.stage, event.line);
          {
            announce("logs");
            return;
          }
        case "alarm":
          transitions.set(event.transition.alarm.name, event.transition);
          {
            announce("alarms");
            return;
          }
        case "access":
          // What is denied fails a run.
          return;
      }
    },
    runs: (stage) => runs[stage],
    isRunning: (stage) => underway[stage].length > 0,
    logs: () => logs,
    transitions: () => transitions,
    shows: () => shows,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce,
  };
}

const perFunction = <T>(): Record<FunctionName, T[]> => ({
  ingest: [],
  process: [],
  load: [],
  report: [],
  remodel: [],
});

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  // A tenth at once, so that not every item moves all others.
  if (list.length > most * 1.1) list.splice(0, list.length - most);
}
