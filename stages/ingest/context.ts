import type { WritableLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { SourceSnapshot } from "../../adapters/source/source";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { ActivePlan } from "../../domain/capture/capture";
import type { DeleteGuard } from "../../domain/capture/delete-guard";
import type { ByteBudget } from "../../domain/capture/slice";
import type { Snapshot } from "../../domain/capture/snapshot";
import type { IngestCommit } from "../../domain/log/commit";
import type { CommitNumber } from "../../domain/log/keys";

/** What a run needs. `now` and `newId` are its only inputs besides the data. */
export interface IngestContext {
  readonly store: ObjectStore;
  readonly log: WritableLog<IngestCommit>;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly guard: DeleteGuard;
  /** True if another database may replace the one that the lake was captured from. */
  readonly allowOtherSource: boolean;
  /** A digest of the model's contracts. A commit is due when it differs from that of the last commit. */
  readonly contracts: string;
  /** A file ends with the first record beyond this size. */
  readonly partBytes: number;
  /** A larger table is first captured in slices: see `Slice`. */
  readonly sliceBytes: number;
}

/** Takes a snapshot of the source for the duration of `work`. */
export type SnapshotTaker = <T>(work: (source: SourceSnapshot) => Promise<T>) => Promise<T>;

/** One run of the stage over all tables. */
export interface CaptureContext extends IngestContext {
  readonly number: CommitNumber;
  readonly plan: ActivePlan;
  readonly last: IngestCommit | undefined;
  readonly snapshot: Snapshot;
  /** The size on disk, in bytes, of each table that was never captured. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly budget: ByteBudget;
}
