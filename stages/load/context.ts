import type { CommitLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { Warehouse, WarehouseClient } from "../../adapters/warehouse/warehouse";
import type { ProcessCommit } from "../../domain/log/commit";
import type { Mart } from "../../domain/marts/mart";
import type { Model } from "../../domain/model/model";
import type { TargetTable } from "../../domain/warehouse/target";

/** What a run needs. */
export interface LoadContext {
  readonly client: WarehouseClient;
  readonly schema: string;
  readonly store: ObjectStore;
  readonly log: CommitLog<ProcessCommit>;
  readonly model: Model;
  /** The marts, and their schema. */
  readonly marts: readonly Mart[];
  readonly martsSchema: string;
  /** The schema of the mirrored tables. */
  readonly mirrorSchema: string;
  /** For how many minutes the warehouse counts as current after a time for which it is known to match the source. */
  readonly freshnessMinutes: number;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  /** True if there is time for another commit. */
  readonly hasTime: () => boolean;
}

/** One commit that is being loaded. */
export interface CommitLoadContext extends LoadContext {
  readonly warehouse: Warehouse;
  readonly commit: ProcessCommit;
  /** In load order, by their names in the model. */
  readonly targets: ReadonlyMap<string, TargetTable>;
}

/** The rows that a table got. */
export interface LoadedTable {
  /** Rows that were inserted, or updated because they differed. */
  readonly rows: number;
  /** Rows that newly wait for a row of a dimension. */
  readonly waiting: number;
  /** Rows that newly refer to a member, because the row that they refer to is missing. */
  readonly placeholders: number;
}
