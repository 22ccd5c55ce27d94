import fc from "fast-check";

/** What the application may do to its database, on a connection (`slot`) that may have a transaction open. */
export type Change =
  | { readonly do: "placeOrder"; readonly units: number }
  | { readonly do: "amendOrder"; readonly pick: number; readonly units: number }
  /** An update that changes nothing: a new version of the same content. */
  | { readonly do: "touchOrder"; readonly pick: number }
  /** An update whose `last_updated` lies in the past. */
  | { readonly do: "backdateOrder"; readonly pick: number }
  | { readonly do: "deleteOrder"; readonly pick: number }
  /** Deletes an order and inserts it again, under the same key. */
  | { readonly do: "reinsertOrder"; readonly pick: number }
  | { readonly do: "togglePaid"; readonly pick: number }
  | { readonly do: "renameDepartment"; readonly pick: number; readonly name: string }
  | { readonly do: "moveStaff"; readonly pick: number; readonly to: number }
  | { readonly do: "moveAddress"; readonly pick: number; readonly city: string };

/** Connections that hold transactions open; the last one commits at once. */
export const SLOTS = 3;
export const AUTOCOMMIT = SLOTS;

/** What happens to the n-th request that a run makes to S3, or to its database connections at that moment. */
export interface Fault {
  readonly at: number;
  readonly kind: "failBefore" | "failAfter" | "cutConnections";
}

export type Step =
  | {
      readonly kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint";
      readonly slot: number;
    }
  /** Prepares the slot's transaction; it commits at the end of the history. */
  | { readonly kind: "prepare"; readonly slot: number }
  | { readonly kind: "change"; readonly slot: number; readonly change: Change }
  /** Rewrites a table: its rows stay, what it is to PostgreSQL changes. */
  | { readonly kind: "rewrite" }
  | {
      readonly kind: "run";
      readonly stages: readonly ("ingest" | "process" | "load")[];
      /** Two instances of each stage at once. */
      readonly twice: boolean;
      readonly faults: readonly Fault[];
    };

const pick = fc.nat(1000);
const units = fc.integer({ min: 1, max: 1000 });
const word = fc.constantFrom("Sales", 'Sales, "direct"', "", "Łódź\nNord", "O'Neill & Co");

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("placeOrder" as const), units }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amendOrder" as const), pick, units }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("touchOrder" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("backdateOrder" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deleteOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reinsertOrder" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("togglePaid" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("renameDepartment" as const), pick, name: word }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveStaff" as const), pick, to: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveAddress" as const), pick, city: word }) },
);

const slot = fc.nat(SLOTS - 1);
const fault: fc.Arbitrary<Fault> = fc.record({
  at: fc.nat(60),
  kind: fc.constantFrom("failBefore" as const, "failAfter" as const, "cutConnections" as const),
});

const stages = fc.constantFrom<readonly ("ingest" | "process" | "load")[]>(
  ["ingest"],
  ["ingest", "process"],
  ["ingest", "process", "load"],
  ["ingest", "process", "load"],
  ["process", "load"],
  // Events may come out of order.
  ["load", "process", "ingest"],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("begin" as const), slot }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("commit" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollback" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("savepoint" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollbackToSavepoint" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("prepare" as const), slot }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("change" as const), slot: fc.nat(AUTOCOMMIT), change }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "rewrite" }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      stages,
      twice: fc.boolean(),
      faults: fc.array(fault, { maxLength: 2 }),
    }),
  },
);

/** A history of the source, interleaved with runs of the stages and faults. */
export const history: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  minLength: 8,
  maxLength: 40,
  size: "max",
});
