/** The number of connections that hold transactions open. One more connection commits immediately. */
export const SLOTS = 3;
export const AUTOCOMMIT = SLOTS;

/**
 * The changes of the application.
 * @typeParam Change a change of rows or tables, as drawn by a fixture or as a statement
 */
export type SourceStep<Change> =
  | {
      readonly kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint";
      readonly slot: number;
    }
  /** Prepares the slot's transaction; it commits at the end of the history. */
  | { readonly kind: "prepare"; readonly slot: number }
  /** Uses a connection that may have an open transaction. */
  | { readonly kind: "change"; readonly slot: number; readonly change: Change }
  /** Alterations of the tables, each in a separate transaction. */
  | { readonly kind: "alter"; readonly change: Change };

export type StageName = "ingest" | "process" | "load";

/**
 * A step of an instance: its n-th request to S3 or statement, the deciding step (COMMIT, the creation of the commit
 * object), or the step after that.
 */
export type Place = number | "decisive" | "afterDecisive";

/**
 * A fault of an instance of a stage at a step.
 *
 * - failBefore: the request is lost, or the connection breaks before the statement reaches the server
 * - failAfter: the request or the statement, even a COMMIT, takes effect, but the answer is lost
 * - cutConnections: the connections to the database break, but a request continues
 * - kill: the process dies at this step
 */
export interface Fault {
  readonly instance: number;
  readonly at: Place;
  readonly kind: "failBefore" | "failAfter" | "cutConnections" | "kill";
}

/** An event that starts a stage. */
export interface Event<Change> {
  readonly stage: StageName;
  /** Two parallel instances of the stage. */
  readonly twice: boolean;
  /** One of two instances waits at that step until the other has ended. */
  readonly pause: { readonly instance: number; readonly at: Place } | null;
  /** The error of the stage's clock, in hours. */
  readonly skew: number;
  readonly faults: readonly Fault[];
  /** The changes of the application while a single instance is at that step. */
  readonly meanwhile: { readonly at: Place; readonly steps: readonly SourceStep<Change>[] } | null;
}

/** Events, and their deviations from one event per stage in order. */
export interface Run<Change> {
  readonly kind: "run";
  readonly arrival: "inOrder" | "lost" | "late" | "reordered" | "doubled";
  readonly events: readonly Event<Change>[];
}

export type Step<Change> = SourceStep<Change> | Run<Change>;

/** The same steps with other changes, in the same order. */
export function mapChanges<From, To>(steps: readonly Step<From>[], to: (change: From) => To): Step<To>[] {
  const ofSource = (step: SourceStep<From>): SourceStep<To> =>
    "change" in step ? { ...step, change: to(step.change) } : step;
  return steps.map((step) =>
    step.kind !== "run"
      ? ofSource(step)
      : {
          ...step,
          events: step.events.map(({ meanwhile, ...event }) => ({
            ...event,
            meanwhile: meanwhile && { ...meanwhile, steps: meanwhile.steps.map(ofSource) },
          })),
        },
  );
}
