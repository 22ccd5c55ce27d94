/** What a run knows when it decides what to do next about the tasks of a large commit. */
export interface TaskProgress<T> {
  /** The tasks without a result, in the order in which they were handed out; at least one. */
  readonly open: readonly T[];
  /** How many others take tasks, from the front; 0 when none was handed out. */
  readonly workers: number;
  /** For how long the run has waited since there was a new result. */
  readonly waitedMs: number;
  /** The longest that a task took this run itself; undefined before its first. */
  readonly longestMs: number | undefined;
  /** Anything from 0 to below 1. */
  readonly chance: number;
}

export type Step<T> =
  { readonly kind: "work"; readonly task: T } | { readonly kind: "wait"; readonly ms: number };

/**
 * The order of tasks: the large ones first, so that none of them begins late. But for the largest, which is the
 * last: the run keeps it, and learns from it how long a task takes.
 */
export function largestLast<T>(tasks: readonly T[], bytesOf: (task: T) => number): readonly T[] {
  const [largest, ...others] = [...tasks].sort((one, other) => bytesOf(other) - bytesOf(one));
  return largest === undefined ? [] : [...others, largest];
}

/** The last task is not handed out: the run begins with it. */
export const toHandOut = <T>(open: readonly T[]): readonly T[] => open.slice(0, -1);

/**
 * Decides what a run does while others work too. It begins with the task that it kept to itself. Then it takes
 * a task that is not in progress; a random one, because another run may do the same. When only those are left that the
 * workers are at, it waits for them: for some times as long as a task takes. When nothing came, it does them
 * itself: the workers are a help, and nothing depends on them.
 */
export function nextStep<T>({ open, workers, waitedMs, longestMs, chance }: TaskProgress<T>): Step<T> {
  const work = (from: readonly T[], position: number): Step<T> | undefined => {
    const task = from[position];
    return task === undefined ? undefined : { kind: "work", task };
  };
  const any = (from: readonly T[]): Step<T> | undefined => work(from, Math.floor(chance * from.length));
  const free = longestMs === undefined ? work(open, open.length - 1) : any(open.slice(workers));
  if (free !== undefined) return free;
  const patience = PATIENCE_MS + PATIENCE_TASKS * (longestMs ?? 0);
  const wait: Step<T> = { kind: "wait", ms: pauseAfter(waitedMs) };
  return waitedMs < patience ? wait : (any(open) ?? wait);
}

/** An event of S3, a message and the start of a process take some seconds. */
const PATIENCE_MS = 10_000;
const PATIENCE_TASKS = 3;

const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

/** Each pause is half as long as all before it together. */
const pauseAfter = (waitedMs: number): number =>
  Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 2));
