import fc from "fast-check";
import type { Changes } from "../histories/histories";

/** The possible changes of the shop's application. */
export type ShopChange =
  /** `hours`: the error of the application's clock. */
  | { readonly do: "placeOrder"; readonly units: number; readonly hours: number }
  | { readonly do: "amendOrder"; readonly pick: number; readonly units: number; readonly hours: number }
  /** An update without a change: a new version with the same content. */
  | { readonly do: "touchOrder"; readonly pick: number }
  /** An update with a `last_updated` in the past. */
  | { readonly do: "backdateOrder"; readonly pick: number }
  | { readonly do: "deleteOrder"; readonly pick: number }
  /** Deletes an order and inserts it again with the same key. */
  | { readonly do: "reinsertOrder"; readonly pick: number }
  /** Changes the key of an order. A cascade changes its transaction. */
  | { readonly do: "rekeyOrder"; readonly pick: number }
  /** Deletes an order and gives its key to another one. */
  | { readonly do: "takeOverKey"; readonly pick: number }
  /** Writes an invalid date: the row is rejected until it is corrected. */
  | { readonly do: "spoilOrder"; readonly pick: number }
  | { readonly do: "repairOrders" }
  | { readonly do: "togglePaid"; readonly pick: number }
  /** Deletes a transaction. A cascade deletes its payment. */
  | { readonly do: "deleteTransaction"; readonly pick: number }
  | { readonly do: "renameDepartment"; readonly pick: number; readonly name: string }
  | { readonly do: "moveStaff"; readonly pick: number; readonly to: number }
  | { readonly do: "moveAddress"; readonly pick: number; readonly city: string };

/** Alterations of the tables, each in a separate transaction. */
export type Alteration =
  /** Changes the storage of the table in PostgreSQL, but no row. */
  | { readonly alter: "vacuumFull" }
  /** A TRUNCATE, and then the same rows again. */
  | { readonly alter: "reloadPayments" }
  /** A column that the model does not read. A volatile default makes PostgreSQL rewrite the table. */
  | {
      readonly alter: "addColumn";
      readonly table: "sales_order" | "payment" | "staff";
      readonly volatile: boolean;
    }
  | { readonly alter: "widenColumn" }
  /** Tables that the model does not name. */
  | { readonly alter: "createTable" }
  | { readonly alter: "dropTable"; readonly pick: number }
  | { readonly alter: "reloadTable"; readonly pick: number }
  | { readonly alter: "emptyTable"; readonly pick: number };

const pick = fc.nat(1000);
const units = fc.integer({ min: 1, max: 1000 });
const word = fc.constantFrom("Sales", 'Sales, "direct"', "", "Łódź\nNord", "O'Neill & Co");
/** Some days cross the end of the year, so that the calendar has to grow. */
const hours = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -30, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(-9_000, 9_000) },
);

const change: fc.Arbitrary<ShopChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("placeOrder" as const), units, hours }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amendOrder" as const), pick, units, hours }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("touchOrder" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("backdateOrder" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deleteOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reinsertOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rekeyOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("takeOverKey" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("spoilOrder" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repairOrders" as const) }) },
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

export const shopChanges: Changes<ShopChange | Alteration> = { change, alteration };
