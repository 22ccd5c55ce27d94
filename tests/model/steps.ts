/** What the application may do in a transaction, on a connection (`slot`) that may have one open. */
export type Change =
  /** `hours`: how far the application's clock is off. */
  | { readonly do: "placeOrder"; readonly units: number; readonly hours: number }
  | { readonly do: "amendOrder"; readonly pick: number; readonly units: number; readonly hours: number }
  /** An update that changes nothing: a new version of the same content. */
  | { readonly do: "touchOrder"; readonly pick: number }
  /** An update whose `last_updated` lies in the past. */
  | { readonly do: "backdateOrder"; readonly pick: number }
  | { readonly do: "deleteOrder"; readonly pick: number }
  /** Deletes an order and inserts it again, under the same key. */
  | { readonly do: "reinsertOrder"; readonly pick: number }
  /** Gives an order another key; its transaction follows by a cascade. */
  | { readonly do: "rekeyOrder"; readonly pick: number }
  /** Deletes an order and gives its key to another one. */
  | { readonly do: "takeOverKey"; readonly pick: number }
  /** Writes a date that is none: the row is rejected until it is mended. */
  | { readonly do: "spoilOrder"; readonly pick: number }
  | { readonly do: "mendOrders" }
  | { readonly do: "togglePaid"; readonly pick: number }
  /** Deletes a transaction, and by a cascade its payment. */
  | { readonly do: "deleteTransaction"; readonly pick: number }
  | { readonly do: "renameDepartment"; readonly pick: number; readonly name: string }
  | { readonly do: "moveStaff"; readonly pick: number; readonly to: number }
  | { readonly do: "moveAddress"; readonly pick: number; readonly city: string };

/** What somebody does to the tables themselves, each in a transaction of its own. */
export type Alteration =
  /** Its rows stay as they are; what the table is to PostgreSQL changes. */
  | { readonly alter: "vacuumFull" }
  /** TRUNCATE and the same rows again. */
  | { readonly alter: "reloadPayments" }
  /** A column that the model does not read; with a volatile default the table is rewritten. */
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

/** Connections that hold transactions open; the last one commits at once. */
export const SLOTS = 3;
export const AUTOCOMMIT = SLOTS;

/** What the application does. */
export type ShopStep =
  | {
      readonly kind: "begin" | "commit" | "rollback" | "savepoint" | "rollbackToSavepoint";
      readonly slot: number;
    }
  /** Prepares the slot's transaction; it commits at the end of the history. */
  | { readonly kind: "prepare"; readonly slot: number }
  | { readonly kind: "change"; readonly slot: number; readonly change: Change }
  | { readonly kind: "alter"; readonly alteration: Alteration };

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
 * - cutConnections: the connections to the database break; a request goes on
 * - kill: from here on the process is dead
 */
export interface Fault {
  readonly instance: number;
  readonly at: Place;
  readonly kind: "failBefore" | "failAfter" | "cutConnections" | "kill";
}

/** Something wakes a stage. */
export interface Event {
  readonly stage: StageName;
  /** Two instances of the stage at once. */
  readonly twice: boolean;
  /** Of two instances, one waits at that step until the other has ended. */
  readonly pause: { readonly instance: number; readonly at: Place } | null;
  /** How many hours the clock of the stage's machine is off. */
  readonly skew: number;
  readonly faults: readonly Fault[];
  /** What the application does while a single instance is at that step. */
  readonly meanwhile: { readonly at: Place; readonly steps: readonly ShopStep[] } | null;
}

/** Events, and how they differ from one of each stage in order. */
export interface Run {
  readonly kind: "run";
  readonly arrival: "inOrder" | "lost" | "late" | "reordered" | "doubled";
  readonly events: readonly Event[];
}

export type Step = ShopStep | Run;
