import type { Alarm, AlarmTransition } from "./alarm";
import { messageOf } from "../message";
import type { Message } from "../sns/mail";
import { alarmMail } from "./alarm-mail";
import { evaluateAlarm, evaluationRange, type AlarmState } from "./evaluate";
import type { MetricStore } from "./metric-store";

/** Alarms and the states that they are in. */
interface Alarms {
  /** Evaluates every alarm, changes states and sends the mails. CloudWatch does it once a minute. */
  evaluate(now: Date): Promise<readonly AlarmTransition[]>;
  states(): ReadonlyMap<string, AlarmState>;
}

interface AlarmsOptions {
  readonly alarms: readonly Alarm[];
  readonly metrics: MetricStore;
  readonly publish: (message: Message) => Promise<unknown>;
}

/**
 * Keeps the states of alarms. A change of state takes actions once. A change to OK from INSUFFICIENT_DATA takes them,
 * too. That is the first state of every alarm.
 */
export function startAlarms({ alarms, metrics, publish }: AlarmsOptions): Alarms {
  const states = new Map<string, AlarmState>(alarms.map(({ name }) => [name, "INSUFFICIENT_DATA"]));

  async function sendMails(transition: AlarmTransition): Promise<void> {
    const { alarm, to } = transition;
    const topics = to === "ALARM" ? alarm.topicArns : to === "OK" ? alarm.okTopicArns : [];
    for (const topicArn of topics) {
      try {
        await publish({ topicArn, ...alarmMail(transition) });
      } catch (error) {
        throw new Error(`the alarm ${alarm.name} could not be delivered: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }

  return {
    states: () => states,
    evaluate: async (now) => {
      const transitions: AlarmTransition[] = [];
      for (const alarm of alarms) {
        const datapoints = evaluationRange(alarm, now).map((stretch) => datapoint(alarm, stretch, metrics));
        const from = states.get(alarm.name) ?? "INSUFFICIENT_DATA";
        const { state: to, reason } = evaluateAlarm(alarm, datapoints, from);
        if (to === from) continue;
        states.set(alarm.name, to);
        transitions.push({ alarm, from, to, reason, at: now });
      }
      for (const transition of transitions) await sendMails(transition);
      return transitions;
    },
  };
}

/** The value of an alarm in an interval; undefined if it has none. */
function datapoint(
  alarm: Alarm,
  stretch: { readonly from: Date; readonly to: Date },
  metrics: MetricStore,
): number | undefined {
  const options = { statistic: alarm.statistic, ...stretch };
  const own = metrics.statistic(alarm, options);
  if (alarm.unlessMore === undefined || own === undefined) return own;
  const other = metrics.statistic({ ...alarm, metric: alarm.unlessMore }, options);
  return other === undefined ? undefined : other > own ? 0 : own;
}
