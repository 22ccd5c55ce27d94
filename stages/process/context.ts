import type { CommitLog, WritableLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import type { CommitNumber } from "../../domain/log/keys";
import type { Model } from "../../domain/model/model";
import type { DayRange } from "../../domain/transform/calendar";
import type { MissingRows } from "../../domain/transform/missing-rows";
import type { TableAdmission } from "../../domain/transform/quarantine";
import type { MirrorChoice } from "../../domain/warehouse/mirror/choice";
import type { RemadeRows } from "./joins/remade-rows";
import type { RejectedRows } from "./rejected-rows";

/** What a run of the stage works with. `now` gives a later time on every call. */
export interface ProcessContext {
  readonly ingested: { readonly store: ObjectStore; readonly log: CommitLog<IngestCommit> };
  /** Of this version of the model. */
  readonly processed: { readonly store: ObjectStore; readonly log: WritableLog<ProcessCommit> };
  /** The processed logs of the versions before it. */
  readonly earlier: readonly CommitLog<ProcessCommit>[];
  /** May the log of a new version be begun? */
  readonly reprocess: boolean;
  readonly model: Model;
  /** The captured tables that are mirrored. */
  readonly mirror: MirrorChoice;
  readonly calendar: DayRange;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  /** Is there time for another commit, or another task of one? */
  readonly hasTime: () => boolean;
  /** Of a commit with more captured bytes than this, what is done stays done when a run ends. */
  readonly taskBytes: number;
  /** How many other invocations take the tasks that this one hands out; 0: none is handed out. */
  readonly workers: number;
  /** Waits for that many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** What the rows of a table need on their way. */
export interface TransformContext extends Pick<ProcessContext, "ingested" | "now"> {
  readonly processed: Pick<ProcessContext["processed"], "store">;
  readonly rejected: RejectedRows;
  /** Days that rows have named so far; the calendar must hold them. */
  readonly days: { named: DayRange | undefined };
}

/** One commit on its way through the stage. */
export interface CommitContext extends ProcessContext, TransformContext {
  readonly processed: ProcessContext["processed"];
  readonly number: CommitNumber;
  readonly previous: ProcessCommit | undefined;
  /** What may be processed of each source table that the model reads. */
  readonly admissions: ReadonlyMap<string, TableAdmission>;
  /** The rows that were rejected and have not come since. */
  readonly missing: MissingRows;
  /** The rows of joined tables that were made anew and may have been missing. */
  readonly remade: RemadeRows;
}
