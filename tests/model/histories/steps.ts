/** Connections that hold transactions open; the last one commits immediately. */
export const SLOTS = 3;
export const AUTOCOMMIT = SLOTS;

/**
 * What the application does.
 * @typeParam Change what it does to the rows or to the tables: as a fixture draws it, or as the statement for it
 */
export type SourceStep<Change> =
  | {
      readonly kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint";
      readonly slot: number;
    }
  /** Prepares the slot's transaction; it commits at the end of the history. */
  | { readonly kind: "prepare"; readonly slot: number }
  /** On a connection that may have a transaction open. */
  | { readonly kind: "change"; readonly slot: number; readonly change: Change }
  /** What somebody does to the tables themselves, each in its own transaction. */
  | { readonly kind: "alter"; readonly change: Change };

export type StageName = "ingest" | "process" | "load";

/**
 * A step of an instance: its n-th request to S3 or statement; or, most delicate, the one that decides (COMMIT, the
 * creation of the commit object) or the one behind it.
 */
export type Place = number | "decisive" | "afterDecisive";

/**
 * What strikes an instance of a stage at a step.
 *
 * - failBefore: the request is lost, or the connection breaks before the statement reaches the server
 * - failAfter: it takes effect, COMMIT too, and the answer is lost
 * - cutConnections: the connections to the database break, but a request continues
 * - kill: from here on the process is dead
 */
export interface Fault {
  readonly instance: number;
  readonly at: Place;
  readonly kind: "failBefore" | "failAfter" | "cutConnections" | "kill";
}

/** Something wakes a stage. */
export interface Event<Change> {
  readonly stage: StageName;
  /** Two parallel instances of the stage. */
  readonly twice: boolean;
  /** Of two instances, one waits at that step until the other has ended. */
  readonly pause: { readonly instance: number; readonly at: Place } | null;
  /** How many hours the clock of the stage's machine is off. */
  readonly skew: number;
  readonly faults: readonly Fault[];
  /** What the application does while a single instance is at that step. */
  readonly meanwhile: { readonly at: Place; readonly steps: readonly SourceStep<Change>[] } | null;
}

/** Events, and how they differ from one of each stage in order. */
export interface Run<Change> {
  readonly kind: "run";
  readonly arrival: "inOrder" | "lost" | "late" | "reordered" | "doubled";
  readonly events: readonly Event<Change>[];
}

export type Step<Change> = SourceStep<Change> | Run<Change>;

/** The same steps with other changes, in their order. */
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
