import type fc from "fast-check";
import type { Mart } from "../../domain/marts/mart";
import type { Model } from "../../domain/model/model";
import type { Step } from "./histories/steps";
import type { Layout } from "./oracle/warehouse";
import type { Witness } from "./oracle/witness";

/** Something that is done to the source. */
export interface SourceChange {
  /** What it is counted as. */
  readonly what: string;
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** A model, a source for it, and what the warehouse must show of that. */
export interface Fixture {
  readonly model: Model;
  readonly marts: readonly Mart[];
  readonly sourceSchemas: readonly string[];
  readonly warehouseSchema: string;
  /** Makes the tables of the source; nothing but an empty schema `public` is there. */
  readonly seed: string;
  /** Makes what a warehouse has before the first load; nothing but an empty schema `public` is there. */
  readonly prepared: string;
  /** What the model has, of those that are generated. */
  readonly has: Readonly<Record<string, number>>;
  /** The tables whose deletes a person has allowed. */
  readonly allowDeletes: readonly string[];
  /** Where the tables of the model stand in the warehouse. */
  readonly layouts: readonly Layout[];
  /** A witness for one history. */
  witness(): Witness;
}

/** Fixtures of a kind, each with the steps that are played on it. */
export interface Game<Drawn> {
  /** Plain data: a failure prints it. */
  readonly drawn: fc.Arbitrary<Drawn>;
  readonly open: (drawn: Drawn) => {
    readonly fixture: Fixture;
    readonly steps: readonly Step<SourceChange>[];
  };
}
