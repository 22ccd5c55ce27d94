import type { Clock } from "../clock";
import type { InvocationResult } from "../lambda/function";
import type { Message } from "../sns/mail";
import { startAlarms } from "./alarms";
import type { Alarm, AlarmTransition } from "./alarm";
import { embeddedMetrics } from "./embedded-metrics";
import type { AlarmState } from "./evaluate";
import { metricStore, type MetricId, type MetricStore } from "./metric-store";

/** A stand-in for CloudWatch: it measures functions, reads metrics from logs, and rings alarms. */
export interface Monitoring {
  /** A function was invoked; the metrics of the namespace AWS/Lambda follow from it. */
  observeInvocation(functionName: string, result: InvocationResult): void;
  /** A function wrote a line, which may carry metrics. */
  observeLog(line: string): void;
  /** Looks at all alarms now, as it does once a minute. */
  evaluate(): Promise<void>;
  /** Resolves when no alarm is being looked at. */
  settled(): Promise<void>;
  states(): ReadonlyMap<string, AlarmState>;
  metrics(): readonly MetricId[];
  /** See `MetricStore.statistic`. */
  statistic: MetricStore["statistic"];
  stop(): Promise<void>;
}

export interface MonitoringOptions {
  readonly alarms: readonly Alarm[];
  readonly clock: Clock;
  readonly publish: (message: Message) => Promise<unknown>;
  readonly onTransition?: (transition: AlarmTransition) => void;
}

const MINUTE_MS = 60_000;

/** Starts looking at the alarms, at every whole minute of the clock. */
export function startMonitoring(options: MonitoringOptions): Monitoring {
  const { alarms: declared, clock, publish, onTransition = () => undefined } = options;
  const metrics = metricStore();
  const alarms = startAlarms({ alarms: declared, metrics, publish });
  let looking: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  async function look(now: Date): Promise<void> {
    for (const transition of await alarms.evaluate(now)) onTransition(transition);
  }
  /** One look after the other: each begins with the states that the one before has left. */
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
