import type { Clock } from "../clock";
import type { Authorizer, Principal } from "../iam/authorizer";
import { startSchedules, type RunningSchedules } from "./scheduler";

/** A schedule, which invokes a function with a separate role. */
export interface ScheduleTrigger {
  readonly name: string;
  readonly expression: string;
  readonly functionArn: string;
  readonly roleArn: string;
}

/** The schedules of the program. They fire after `start`. */
interface ScheduleRunner {
  start(): void;
  /** Disables the schedules of a function, or enables them again. */
  enable(functionArn: string, enabled: boolean): void;
  /** The next time that a schedule invokes a function; undefined if none will. */
  next(functionArn: string): Date | undefined;
  /** Resolves when no schedule is being fired. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface ScheduleRunnerOptions {
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  readonly invoke: (functionArn: string) => void;
}

/**
 * Fires schedules as EventBridge Scheduler does, with the role of the schedule. An invocation that the role may not
 * make is dropped.
 */
export function createScheduleRunner(
  triggers: readonly ScheduleTrigger[],
  options: ScheduleRunnerOptions,
): ScheduleRunner {
  const { clock, authorizer, invoke } = options;
  const disabled = new Set<string>();
  const firing = new Set<Promise<void>>();
  let schedules: RunningSchedules | undefined;

  async function fire({ name, functionArn, roleArn }: ScheduleTrigger): Promise<void> {
    if (disabled.has(functionArn)) return;
    const principal: Principal = { roleArn, session: name };
    const call = { principal, action: "lambda:InvokeFunction", resource: functionArn };
    if ((await authorizer.decide(call)).allowed) invoke(functionArn);
  }

  const settled = async (): Promise<void> => {
    await Promise.all(firing);
  };
  return {
    start: () => {
      schedules ??= startSchedules(
        triggers.map((trigger) => ({
          expression: trigger.expression,
          fire: () => {
            const fired: Promise<void> = fire(trigger).finally(() => firing.delete(fired));
            firing.add(fired);
          },
        })),
        clock,
      );
    },
    enable: (functionArn, enabled) => {
      if (enabled) disabled.delete(functionArn);
      else disabled.add(functionArn);
    },
    next: (functionArn) => {
      if (disabled.has(functionArn)) return undefined;
      const times = schedules?.next().filter((_, index) => triggers[index]?.functionArn === functionArn);
      // A function that no schedule invokes has no times.
      return times?.filter((time) => time !== undefined).sort((a, b) => a.getTime() - b.getTime())[0];
    },
    settled,
    stop: async () => {
      schedules?.stop();
      await settled();
    },
  };
}
