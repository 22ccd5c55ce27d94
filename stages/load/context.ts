import type pg from "pg";
import type { CommitLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { Warehouse } from "../../adapters/warehouse/warehouse";
import type { ProcessCommit } from "../../domain/log/commit";
import type { Mart } from "../../domain/marts/mart";
import type { Model } from "../../domain/model/model";
import type { TargetTable } from "../../domain/warehouse/target";

/** What a run works with. */
export interface LoadContext {
  readonly client: pg.Client;
  readonly schema: string;
  readonly store: ObjectStore;
  readonly log: CommitLog<ProcessCommit>;
  readonly model: Model;
  /** The views that answer the business's questions, and their schema. */
  readonly marts: readonly Mart[];
  readonly martsSchema: string;
  /** The schema of the mirrored tables. */
  readonly mirrorSchema: string;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  /** Is there time for another commit? */
  readonly hasTime: () => boolean;
}

/** One commit on its way into the warehouse. */
export interface CommitLoadContext extends LoadContext {
  readonly warehouse: Warehouse;
  readonly commit: ProcessCommit;
  /** In load order, by the names of the model. */
  readonly targets: ReadonlyMap<string, TargetTable>;
}

/** What a table got. */
export interface LoadedTable {
  /** Rows that were inserted, or updated because they differed. */
  readonly rows: number;
  /** Rows that wait from now on for a row of a dimension. */
  readonly waiting: number;
  /** Rows that refer to a member from now on, because the row that they refer to is missing. */
  readonly placeholders: number;
}
