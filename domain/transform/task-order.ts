/** What a run knows when it decides its next step on the tasks of a large commit. */
interface TaskProgress<T> {
  /** The tasks without a result, in the order of their messages; at least one. */
  readonly open: readonly T[];
  /** How many workers take tasks, from the front; 0 when no messages were sent. */
  readonly workers: number;
  /** How long the run has waited since the last new result. */
  readonly waitedMs: number;
  /** The longest time that this run took for a task; undefined before its first. */
  readonly longestMs: number | undefined;
  /** A random number from 0 to below 1. */
  readonly chance: number;
}

export type Step<T> =
  { readonly kind: "work"; readonly task: T } | { readonly kind: "wait"; readonly ms: number };

/**
 * The order of tasks: the large ones first, so that none begins late. The largest comes last: the run keeps it, and
 * learns from it how long a task takes.
 */
export function largestLast<T>(tasks: readonly T[], bytesOf: (task: T) => number): readonly T[] {
  const [largest, ...others] = [...tasks].sort((one, other) => bytesOf(other) - bytesOf(one));
  return largest === undefined ? [] : [...others, largest];
}

/** The tasks to send to workers. The run keeps the last one and begins with it. */
export const tasksForWorkers = <T>(open: readonly T[]): readonly T[] => open.slice(0, -1);

/**
 * Decides the next step of a run while workers take tasks, too. It begins with the task that it kept. Then it takes
 * random tasks that no worker has started, because another run may do the same. When only tasks of workers are left, it
 * waits for several times the duration of a task. If no result arrives, it does them itself, so nothing depends on the
 * workers.
 */
export function nextStep<T>({ open, workers, waitedMs, longestMs, chance }: TaskProgress<T>): Step<T> {
  const work = (from: readonly T[], position: number): Step<T> | undefined => {
    const task = from[position];
    return task === undefined ? undefined : { kind: "work", task };
  };
  const any = (from: readonly T[]): Step<T> | undefined => work(from, Math.floor(chance * from.length));
  const free = longestMs === undefined ? work(open, open.length - 1) : any(open.slice(workers));
  if (free !== undefined) return free;
  const timeoutMs = WORKER_TIMEOUT_MS + WORKER_TIMEOUT_TASKS * (longestMs ?? 0);
  const wait: Step<T> = { kind: "wait", ms: pauseAfter(waitedMs) };
  return waitedMs < timeoutMs ? wait : (any(open) ?? wait);
}

/** An S3 event, a message and a cold start take some seconds. */
const WORKER_TIMEOUT_MS = 10_000;
const WORKER_TIMEOUT_TASKS = 3;

const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

/** Each pause is half of the time waited so far. */
const pauseAfter = (waitedMs: number): number =>
  Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 2));
