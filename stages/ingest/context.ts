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

/** What a run works with. `now` and `newId` are its only sources of what is not in the data. */
export interface IngestContext {
  readonly store: ObjectStore;
  readonly log: WritableLog<IngestCommit>;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly guard: DeleteGuard;
  /** May another database take the place of the one that the lake is of? */
  readonly allowOtherSource: boolean;
  /** A digest of the contracts of the model: when it is another than that of the last commit, a commit is due. */
  readonly contracts: string;
  /** A file ends with the first record that ends beyond it. */
  readonly partBytes: number;
  /** A table that is larger is captured in slices at first: see `Slice`. */
  readonly sliceBytes: number;
}

/** Takes a snapshot of the source, for as long as the work lasts. */
export type SnapshotTaker = <T>(work: (source: SourceSnapshot) => Promise<T>) => Promise<T>;

/** One run of the stage over all tables. */
export interface CaptureContext extends IngestContext {
  readonly number: CommitNumber;
  readonly run: ActivePlan;
  readonly last: IngestCommit | undefined;
  readonly snapshot: Snapshot;
  /** What each table that was never captured takes on disk, in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly room: ByteBudget;
}
