import fc from "fast-check";
import { AUTOCOMMIT, SLOTS } from "./steps";
import type { Event, Fault, Place, Run, SourceStep, StageName, Step } from "./steps";

/** Changes of rows by an application, and alterations of its tables. */
export interface Changes<Change> {
  readonly change: fc.Arbitrary<Change>;
  readonly alteration: fc.Arbitrary<Change>;
}

const slot = fc.nat(SLOTS - 1);
const inSlot = (kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint" | "prepare") =>
  fc.record({ kind: fc.constant(kind), slot });
const changeStep = <Change>({ change }: Changes<Change>) =>
  fc.record({ kind: fc.constant("change" as const), slot: fc.nat(AUTOCOMMIT), change });

const sourceStep = <Change>(
  changes: Changes<Change>,
  alterations: number,
): fc.Arbitrary<SourceStep<Change>> =>
  fc.oneof(
    { weight: 8, arbitrary: inSlot("begin") },
    { weight: 6, arbitrary: inSlot("commit") },
    { weight: 2, arbitrary: inSlot("rollback") },
    { weight: 4, arbitrary: inSlot("savepoint") },
    { weight: 2, arbitrary: inSlot("rollbackToSavepoint") },
    { weight: 2, arbitrary: inSlot("prepare") },
    { weight: 24, arbitrary: changeStep(changes) },
    {
      weight: alterations,
      arbitrary: fc.record({ kind: fc.constant("alter" as const), change: changes.alteration }),
    },
  );

/** The approximate number of steps of an instance, so that faults also hit the last steps. */
const STEPS: Readonly<Record<StageName, number>> = { ingest: 40, process: 30, load: 70 };

const placeOf = (stage: StageName): fc.Arbitrary<Place> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: STEPS[stage] }) },
    { weight: 1, arbitrary: fc.constantFrom<Place>("decisive", "afterDecisive") },
  );

function faultsOf(stage: StageName): fc.Arbitrary<Fault[]> {
  const fault = fc.record({
    instance: fc.nat(1),
    at: placeOf(stage),
    kind: fc.constantFrom<Fault["kind"]>("failBefore", "failAfter", "cutConnections", "kill"),
  });
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<Fault[]>([]) },
    { weight: 2, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) },
  );
}

/** No table is altered during a run, because an older snapshot sees a truncated table as empty. */
const during = <Change>(changes: Changes<Change>): fc.Arbitrary<SourceStep<Change>> =>
  fc.oneof(
    { weight: 3, arbitrary: changeStep(changes) },
    { weight: 2, arbitrary: inSlot("commit") },
    { weight: 1, arbitrary: inSlot("begin") },
  );

function eventOf<Change>(stage: StageName, changes: Changes<Change>): fc.Arbitrary<Event<Change>> {
  const at = placeOf(stage);
  return fc.record({
    stage: fc.constant(stage),
    twice: fc.oneof(
      { weight: 2, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    pause: fc.option(fc.record({ instance: fc.nat(1), at }), { freq: 2 }),
    skew: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-26, -5, 7, 50) },
    ),
    faults: faultsOf(stage),
    meanwhile:
      stage === "ingest"
        ? fc.option(fc.record({ at, steps: fc.array(during(changes), { minLength: 1, maxLength: 3 }) }), {
            freq: 2,
          })
        : fc.constant(null),
  });
}

/** The runs of a history. */
function runs<Change>(changes: Changes<Change>): fc.Arbitrary<Run<Change>> {
  const run = (arrival: Run<Change>["arrival"], ...stages: readonly StageName[]): fc.Arbitrary<Run<Change>> =>
    fc
      .tuple(...stages.map((stage) => eventOf(stage, changes)))
      .map((events): Run<Change> => ({ kind: "run", arrival, events }));
  return fc.oneof(
    { weight: 4, arbitrary: run("inOrder", "ingest", "process", "load") },
    { weight: 2, arbitrary: run("lost", "ingest") },
    { weight: 1, arbitrary: run("lost", "ingest", "process") },
    { weight: 1, arbitrary: run("lost", "ingest", "load") },
    { weight: 1, arbitrary: run("late", "process", "load") },
    { weight: 1, arbitrary: run("reordered", "load", "process", "ingest") },
    { weight: 1, arbitrary: run("doubled", "ingest", "ingest", "process", "process", "load", "load") },
  );
}

/** Changes of a source, interleaved with runs of the stages and faults. */
export const steps = <Change>(
  changes: Changes<Change>,
  {
    stepsForEachRun,
    alterations = 2,
    ...length
  }: {
    readonly stepsForEachRun: number;
    readonly alterations?: number;
    readonly minLength: number;
    readonly maxLength: number;
  },
): fc.Arbitrary<Step<Change>[]> =>
  fc.array(
    fc.oneof<fc.WeightedArbitrary<Step<Change>>[]>(
      { weight: stepsForEachRun, arbitrary: sourceStep(changes, alterations) },
      { weight: 1, arbitrary: runs(changes) },
    ),
    { ...length, size: "max" },
  );
