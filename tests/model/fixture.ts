import type fc from "fast-check";
import type { Mart } from "../../domain/marts/mart";
import type { Model } from "../../domain/model/model";
import type { Step } from "./histories/steps";
import type { Layout } from "./oracle/warehouse";
import type { Witness } from "./oracle/witness";

/** A change of the source. */
export interface SourceChange {
  /** Its kind, for the counts. */
  readonly what: string;
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** A model, a source for it, and the warehouse that must result. */
export interface Fixture {
  readonly model: Model;
  readonly marts: readonly Mart[];
  readonly sourceSchemas: readonly string[];
  readonly warehouseSchema: string;
  /** Creates the tables of the source in an empty database. */
  readonly seed: string;
  /** Creates the tables that a prepared warehouse has before the first load, in an empty database. */
  readonly prepared: string;
  /** The features of a generated model. */
  readonly has: Readonly<Record<string, number>>;
  /** The tables with allowed deletes. */
  readonly allowDeletes: readonly string[];
  /** The source tables that are mirrored. */
  readonly mirrored: readonly string[];
  /** The places of the model's tables in the warehouse. */
  readonly layouts: readonly Layout[];
  /** A witness for one history. */
  witness(): Witness;
}

/** A kind of fixture, each with the steps to play on it. */
export interface Game<Drawn> {
  /** Plain data, because a failure prints it. */
  readonly drawn: fc.Arbitrary<Drawn>;
  readonly open: (drawn: Drawn) => {
    readonly fixture: Fixture;
    readonly steps: readonly Step<SourceChange>[];
  };
}
