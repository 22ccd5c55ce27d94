import type { Clock } from "../clock";
import type { InvocationResult } from "../lambda/function";
import type { Message } from "../sns/mail";
import { startAlarms } from "./alarms";
import type { Alarm, AlarmTransition } from "./alarm";
import { embeddedMetrics } from "./embedded-metrics";
import type { AlarmState } from "./evaluate";
import { metricStore, type MetricId, type MetricStore } from "./metric-store";

/** A stand-in for CloudWatch. It measures functions, reads metrics from logs, and evaluates alarms. */
export interface Monitoring {
  /** Records an invocation, which yields the metrics of the namespace AWS/Lambda. */
  observeInvocation(functionName: string, result: InvocationResult): void;
  /** Reads the metrics in a line that a function wrote. */
  observeLog(line: string): void;
  /** Evaluates all alarms now. This also happens once a minute. */
  evaluate(): Promise<void>;
  /** Resolves when no alarm is being evaluated. */
  settled(): Promise<void>;
  states(): ReadonlyMap<string, AlarmState>;
  metrics(): readonly MetricId[];
  /** See `MetricStore.statistic`. */
  statistic: MetricStore["statistic"];
  stop(): Promise<void>;
}

interface MonitoringOptions {
  readonly alarms: readonly Alarm[];
  readonly clock: Clock;
  readonly publish: (message: Message) => Promise<unknown>;
  readonly onTransition?: (transition: AlarmTransition) => void;
}

const MINUTE_MS = 60_000;

/** Starts to evaluate the alarms at every whole minute of the clock. */
export function startMonitoring(options: MonitoringOptions): Monitoring {
  const { alarms: declared, clock, publish, onTransition = () => undefined } = options;
  const metrics = metricStore();
  const alarms = startAlarms({ alarms: declared, metrics, publish });
  let looking: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  async function look(now: Date): Promise<void> {
    for (const transition of await alarms.evaluate(now)) onTransition(transition);
  }
  /** Evaluations run one after the other, because each starts with the states of the previous one. */
  function evaluate(): Promise<void> {
    const now = clock.now();
    looking = looking.catch(() => undefined).then(() => look(now));
    return looking;
  }

  let cancel = (): void => undefined;
  function plan(): void {
    const intoMinute = clock.now().getTime() % MINUTE_MS;
    cancel = clock.setTimer(() => {
      plan();
      evaluate().catch((error: unknown) => (failure ??= { error }));
    }, MINUTE_MS - intoMinute);
  }
  plan();

  return {
    observeInvocation: (FunctionName, { ok, durationMs }) => {
      const at = clock.now();
      const values = { Invocations: 1, Errors: ok ? 0 : 1, Throttles: 0, Duration: durationMs };
      for (const [metric, value] of Object.entries(values))
        metrics.put({ namespace: "AWS/Lambda", metric, dimensions: { FunctionName }, value, at });
    },
    observeLog: (line) => embeddedMetrics(line).forEach((datum) => metrics.put(datum)),
    evaluate,
    settled: () => looking,
    states: () => alarms.states(),
    metrics: () => metrics.metrics(),
    statistic: (metric, options) => metrics.statistic(metric, options),
    stop: async () => {
      cancel();
      await looking.catch(() => undefined);
      if (failure !== undefined) throw failure.error;
    },
  };
}
