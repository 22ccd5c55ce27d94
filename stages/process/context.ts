import type { CommitLog, WritableLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import type { CommitNumber } from "../../domain/log/keys";
import type { Model } from "../../domain/model/model";
import type { DayRange } from "../../domain/transform/calendar";
import type { MissingRows } from "../../domain/transform/missing-rows";
import type { TableAdmission } from "../../domain/transform/contract/quarantine";
import type { MirrorChoice } from "../../domain/warehouse/mirror/choice";
import type { RecomputedRows } from "./rejected/recomputed-rows";
import type { RejectedRows } from "./rejected/rejected-rows";

/** What a run of the stage needs. `now` returns a later time on every call. */
export interface ProcessContext {
  readonly ingested: { readonly store: ObjectStore; readonly log: CommitLog<IngestCommit> };
  /** The processed log of this version of the model. */
  readonly processed: { readonly store: ObjectStore; readonly log: WritableLog<ProcessCommit> };
  /** The processed logs of earlier versions. */
  readonly earlier: readonly CommitLog<ProcessCommit>[];
  /** True if the log of a new version may be started. */
  readonly reprocess: boolean;
  readonly model: Model;
  /** The captured tables that are mirrored. */
  readonly mirror: MirrorChoice;
  readonly calendar: DayRange;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  /** True if there is time for another commit, or for another task of one. */
  readonly hasTime: () => boolean;
  /** The finished tasks of a commit with more captured bytes than this stay finished when a run ends. */
  readonly taskBytes: number;
  /** The number of keys of changed rows that may be in memory for each table with joins. */
  readonly mostKeys: number;
  /** How many other invocations take tasks of this run; 0 if no task is offered. */
  readonly workers: number;
  /** Waits for that many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** What transforming the rows of a table needs. */
export interface TransformContext extends Pick<ProcessContext, "ingested" | "now"> {
  readonly processed: Pick<ProcessContext["processed"], "store">;
  readonly rejected: RejectedRows;
  /** The days in the rows so far; the calendar must cover them. */
  readonly days: { named: DayRange | undefined };
}

/** One commit in the stage. */
export interface CommitContext extends ProcessContext, TransformContext {
  readonly processed: ProcessContext["processed"];
  readonly number: CommitNumber;
  readonly previous: ProcessCommit | undefined;
  /** What may be processed of each source table that the model reads. */
  readonly admissions: ReadonlyMap<string, TableAdmission>;
  /** The rejected rows that no later commit has brought or found deleted. */
  readonly missing: MissingRows;
  /** The recomputed rows of joined tables that may have been missing. */
  readonly recomputed: RecomputedRows;
}
