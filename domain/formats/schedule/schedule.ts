import { nextCronFire, parseCron, type Cron } from "./cron";

/** When a stage runs: at a fixed interval from its start, or at the minutes that a cron expression selects. */
type Schedule = { readonly kind: "rate"; readonly intervalMs: number } | ({ readonly kind: "cron" } & Cron);

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

/**
 * Reads a schedule expression of Amazon EventBridge: `rate(5 minutes)` or `cron(0 6 * * ? *)`, in UTC.
 *
 * @throws Error naming the expression, what is wrong with it, and the remedy.
 */
export function parseSchedule(expression: string): Schedule {
  try {
    const [, form, content] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
    if (content === undefined) throw new Error("write rate(5 minutes) or cron(0 6 * * ? *)");
    return form === "rate" ? parseRate(content) : { kind: "cron", ...parseCron(content) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Schedule expression "${expression}" is invalid: ${reason}.`, { cause });
  }
}

/**
 * The first time after `after` at which the schedule fires: for a rate, `after` plus the interval; for a cron
 * expression, the next matching minute, or undefined when its last year is over.
 */
export function nextFire(schedule: Schedule, after: Date): Date | undefined {
  return schedule.kind === "rate"
    ? new Date(after.getTime() + schedule.intervalMs)
    : nextCronFire(schedule, after);
}

/** A year with a 29th of February; enough times of a cron expression to see its whole cycle. */
const REFERENCE = new Date("2024-01-01T00:00:00Z");
const TIMES = 500;

/** The longest time between two firings of a schedule, in minutes; infinite when it fires at most once. */
export function longestPause(schedule: Schedule): number {
  if (schedule.kind === "rate") return schedule.intervalMs / 60_000;
  const pauses: number[] = [];
  let last = nextFire(schedule, REFERENCE);
  while (last !== undefined && pauses.length < TIMES) {
    const next = nextFire(schedule, last);
    if (next !== undefined) pauses.push((next.getTime() - last.getTime()) / 60_000);
    last = next;
  }
  return pauses.length === 0 ? Infinity : Math.max(...pauses);
}

function parseRate(content: string): Schedule {
  const [, digits, unit] = /^(\d+) ([a-z]+)$/.exec(content) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new Error("a rate is a number, one space and a unit, as in rate(5 minutes)");
  }
  const value = Number(digits);
  if (value === 0) throw new Error("a rate is 1 or more; the shortest is rate(1 minute)");
  const singular = unit.replace(/s$/, "");
  const unitMs = UNIT_MS.get(singular);
  if (unitMs === undefined) {
    throw new Error(`invalid unit "${unit}" in a rate; use minutes, hours or days`);
  }
  const required = value === 1 ? singular : `${singular}s`;
  if (unit !== required) {
    throw new Error(
      `AWS wants the ${value === 1 ? "singular" : "plural"} here; write rate(${value} ${required})`,
    );
  }
  return { kind: "rate", intervalMs: value * unitMs };
}
