import { nextFire, parseSchedule } from "../../../domain/formats/schedule/schedule";
import { systemClock, type Clock } from "../clock";

/** A schedule expression of EventBridge and its task. */
interface ScheduledTask {
  readonly expression: string;
  readonly fire: () => void;
}

/** Schedules that fire until they are stopped. */
export interface RunningSchedules {
  /** The next time of each task, in the order of the tasks; undefined if it never fires again. */
  next(): readonly (Date | undefined)[];
  stop(): void;
}

/** The longest delay of setTimeout. A longer one would fire immediately. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Fires every task at the times of its schedule until stopped. A rate counts from now, as EventBridge counts from the
 * creation of the rule. Times that passed while the machine slept are skipped.
 *
 * @throws Error if an expression is invalid; nothing is started then
 */
export function startSchedules(
  tasks: readonly ScheduledTask[],
  clock: Clock = systemClock,
): RunningSchedules {
  const schedules = tasks.map((task) => ({ schedule: parseSchedule(task.expression), fire: task.fire }));
  const running = schedules.map(({ schedule, fire }) => {
    let cancel: () => void = () => undefined;
    let next: Date | undefined;
    const planAfter = (last: Date): void => {
      next = nextFire(schedule, last);
      if (next !== undefined) waitUntil(next);
    };
    const waitUntil = (time: Date): void => {
      const delay = Math.max(time.getTime() - clock.now().getTime(), 0);
      cancel = clock.setTimer(() => wake(time), Math.min(delay, LONGEST_DELAY_MS));
    };
    const wake = (time: Date): void => {
      // Timers may fire a millisecond early, and a shortened delay always does.
      if (clock.now() < time) {
        waitUntil(time);
        return;
      }
      const following = nextFire(schedule, time);
      planAfter(following !== undefined && following <= clock.now() ? clock.now() : time);
      fire();
    };
    planAfter(clock.now());
    return { next: () => next, cancel: () => cancel() };
  });
  return {
    next: () => running.map((schedule) => schedule.next()),
    stop: () => running.forEach((schedule) => schedule.cancel()),
  };
}
