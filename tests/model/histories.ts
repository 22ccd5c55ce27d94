import fc from "fast-check";
import { AUTOCOMMIT, SLOTS } from "./steps";
import type { Alteration, Change, Event, Fault, Place, Run, ShopStep, StageName, Step } from "./steps";

const pick = fc.nat(1000);
const units = fc.integer({ min: 1, max: 1000 });
const word = fc.constantFrom("Sales", 'Sales, "direct"', "", "Łódź\nNord", "O'Neill & Co");
/** Now and then over the end of the year, where the calendar has to grow. */
const hours = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -30, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(-9_000, 9_000) },
);

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("placeOrder" as const), units, hours }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amendOrder" as const), pick, units, hours }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("touchOrder" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("backdateOrder" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deleteOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reinsertOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rekeyOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("takeOverKey" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("spoilOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("mendOrders" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("togglePaid" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deleteTransaction" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("renameDepartment" as const), pick, name: word }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveStaff" as const), pick, to: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveAddress" as const), pick, city: word }) },
);

const alteration: fc.Arbitrary<Alteration> = fc.oneof(
  fc.constantFrom<Alteration>(
    { alter: "vacuumFull" },
    { alter: "reloadPayments" },
    { alter: "widenColumn" },
    { alter: "createTable" },
  ),
  fc.record({
    alter: fc.constant("addColumn" as const),
    table: fc.constantFrom("sales_order", "payment", "staff"),
    volatile: fc.boolean(),
  }),
  fc.record({ alter: fc.constantFrom("dropTable", "reloadTable", "emptyTable"), pick }),
);

const slot = fc.nat(SLOTS - 1);
const inSlot = (kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint" | "prepare") =>
  fc.record({ kind: fc.constant(kind), slot });
const changeStep = fc.record({ kind: fc.constant("change" as const), slot: fc.nat(AUTOCOMMIT), change });

const shopStep: fc.Arbitrary<ShopStep> = fc.oneof(
  { weight: 8, arbitrary: inSlot("begin") },
  { weight: 6, arbitrary: inSlot("commit") },
  { weight: 2, arbitrary: inSlot("rollback") },
  { weight: 4, arbitrary: inSlot("savepoint") },
  { weight: 2, arbitrary: inSlot("rollbackToSavepoint") },
  { weight: 2, arbitrary: inSlot("prepare") },
  { weight: 24, arbitrary: changeStep },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("alter" as const), alteration }) },
);

/** About how many steps an instance of a stage takes: faults shall strike, the last steps too. */
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

/** No tables are altered while a run goes on: an older snapshot sees a truncated table as empty. */
const during = fc.oneof(
  { weight: 3, arbitrary: changeStep },
  { weight: 2, arbitrary: inSlot("commit") },
  { weight: 1, arbitrary: inSlot("begin") },
);

function eventOf(stage: StageName): fc.Arbitrary<Event> {
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
        ? fc.option(fc.record({ at, steps: fc.array(during, { minLength: 1, maxLength: 3 }) }), { freq: 2 })
        : fc.constant(null),
  });
}

const runOf = (arrival: Run["arrival"], ...stages: readonly StageName[]): fc.Arbitrary<Run> =>
  fc.tuple(...stages.map(eventOf)).map((events): Run => ({ kind: "run", arrival, events }));

const run: fc.Arbitrary<Run> = fc.oneof(
  { weight: 4, arbitrary: runOf("inOrder", "ingest", "process", "load") },
  { weight: 2, arbitrary: runOf("lost", "ingest") },
  { weight: 1, arbitrary: runOf("lost", "ingest", "process") },
  { weight: 1, arbitrary: runOf("lost", "ingest", "load") },
  { weight: 1, arbitrary: runOf("late", "process", "load") },
  { weight: 1, arbitrary: runOf("reordered", "load", "process", "ingest") },
  { weight: 1, arbitrary: runOf("doubled", "ingest", "ingest", "process", "process", "load", "load") },
);

const steps = (
  stepsForEachRun: number,
  length: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof<fc.WeightedArbitrary<Step>[]>(
      { weight: stepsForEachRun, arbitrary: shopStep },
      { weight: 1, arbitrary: run },
    ),
    { ...length, size: "max" },
  );

/** A history of the source, interleaved with runs of the stages and faults. */
export const history: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 9, arbitrary: steps(5, { minLength: 8, maxLength: 40 }) },
  // Numbers get more digits, and what comes with every commit comes together.
  { weight: 1, arbitrary: steps(2, { minLength: 40, maxLength: 60 }) },
);
