import type { AlarmRule, AlarmState } from "./evaluate";

/** A metric alarm that the program declared. */
export interface Alarm extends AlarmRule {
  readonly name: string;
  readonly description: string;
  /** The alarm's value counts as 0 where this metric, of the same namespace and dimensions, is greater. */
  readonly unlessMore?: string;
  /** The topics of the mail when the alarm rings. */
  readonly topicArns: readonly string[];
  /** The topics of the mail when the alarm ends. */
  readonly okTopicArns: readonly string[];
}

/** A change of an alarm's state. */
export interface AlarmTransition {
  readonly alarm: Alarm;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
  readonly at: Date;
}
