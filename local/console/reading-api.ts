/** The messages about what was read of the lake and of the warehouse: see `api.ts`. */

/** A store that the console reads. */
export type StoreName = "lake" | "warehouse";

/** A store, or an object of it, that cannot be read. */
export interface StoreProblem {
  readonly store: StoreName;
  /** The first attempt of this console that failed. */
  readonly since: string;
  /** True if no earlier attempt of this console succeeded. The problem may then have begun before the console started. */
  readonly orEarlier: boolean;
  readonly reason: string;
  readonly todo: string;
}

/** The answer of a store. If the store does not answer, the last answer and the problem. */
export interface Reading<T> {
  /** Null when the console has not read it since it started. */
  readonly last: { readonly at: string; readonly data: T } | null;
  /** Null when `last` was read for this request, or for one that began later. */
  readonly problem: StoreProblem | null;
  readonly consoleStartedAt: string;
}
