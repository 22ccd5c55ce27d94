import { METRICS_NAMESPACE } from "../../../domain/metrics";
import type { CloudEvent, FunctionName } from "../../cloud-event";
import type { AlarmTransition } from "../../cloud/cloudwatch/alarm";
import { embeddedMetrics } from "../../cloud/cloudwatch/embedded-metrics";
import type { KeptRuns } from "./kept-runs";
import type { Run } from "./run";
import type { LogLine, Topic } from "../api";
import { joinedText, logLine } from "./log-line";

/** The recent events of the platform, and the runs of earlier starts. */
export interface History {
  readonly onEvent: (event: CloudEvent) => void;
  /** The newest last. */
  runs(stage: FunctionName): readonly Run[];
  isRunning(stage: FunctionName): boolean;
  /** The newest last. */
  logs(): readonly LogLine[];
  /** The newest change of each alarm, by its name. */
  transitions(): ReadonlyMap<string, AlarmTransition>;
  /** The newest time at which the warehouse is known to match the source. */
  shows(): Date | undefined;
  /** Calls the listener for each announced topic. The returned function ends this. */
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
    // The charts show the metrics, so leave their lines out of the log.
    if (metrics.length === 0) addLine(logLine(stage, line, now()));
  }

  /** Lines of other stages may be between the lines of one text. */
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
          // A denied call makes its run fail.
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
  // Drops a tenth at a time, because each removal at the front moves all other items.
  if (list.length > most * 1.1) list.splice(0, list.length - most);
}
