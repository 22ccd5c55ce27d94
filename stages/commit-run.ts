import type { RecordBatch } from "apache-arrow";
import type { CommitLog } from "../adapters/commit-log";
import type { ObjectStore } from "../adapters/object-store";
import type { Telemetry } from "../adapters/telemetry";
import { hull, type DayRange } from "../domain/calendar";
import type { DataFile, IngestCommit, ProcessCommit, WarehouseTableCommit } from "../domain/commit";
import { decodeCsv, type SourceBatch } from "../domain/csv/decoder";
import type { CommitNumber } from "../domain/keys";
import type { Model } from "../domain/model/model";
import type { SourceTable } from "../domain/model/source";
import type { Dimension, Fact } from "../domain/model/table";
import type { TableAdmission } from "../domain/quarantine";
import { transformBatch, type Lookups } from "../domain/transform";
import type { RejectedRows } from "./rejected-rows";

/** What a run of the stage works with. `now` gives a later time on every call. */
export interface ProcessContext {
  readonly ingested: { readonly store: ObjectStore; readonly log: CommitLog<IngestCommit> };
  readonly processed: { readonly store: ObjectStore; readonly log: CommitLog<ProcessCommit> };
  readonly model: Model;
  readonly calendar: DayRange;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  /** Is there time for another commit? */
  readonly hasTime: () => boolean;
}

/** One commit on its way through the stage. */
export interface CommitRun extends ProcessContext {
  readonly number: CommitNumber;
  readonly previous: ProcessCommit | undefined;
  /** What may be processed of each source table that the model reads. */
  readonly admissions: ReadonlyMap<string, TableAdmission>;
  readonly rejected: RejectedRows;
  /** Days that rows have named so far; the calendar must hold them. */
  readonly days: { named: DayRange | undefined };
}

/** The decoded batches of all that was admitted of a source table, in order. */
export async function* sourceBatches(
  source: SourceTable,
  run: CommitRun,
): AsyncGenerator<SourceBatch & { readonly commit: CommitNumber }, void, undefined> {
  for (const { number, capture } of run.admissions.get(source.name)?.captures ?? []) {
    for (const { key } of capture.files) {
      for await (const batch of decodeCsv(await run.ingested.store.stream(key), source))
        yield { ...batch, commit: number };
    }
  }
}

/** Transforms a batch; keeps its rejected rows and the days that it names. */
export function transformed(
  table: Dimension | Fact,
  options: { source: SourceBatch & { readonly commit: CommitNumber }; lookups: Lookups; run: CommitRun },
): RecordBatch {
  const { source, lookups, run } = options;
  const { batch, rejections, days } = transformBatch(table, source, lookups);
  run.days.named = hull(run.days.named, days);
  for (const [row, rejection] of rejections) {
    run.rejected.add({
      target: table.name,
      table: table.source.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
  return batch;
}

/** What the commit says of a table; undefined when it got no rows. */
export function tableCommit(
  table: Dimension | Fact,
  file: DataFile | undefined,
  run: CommitRun,
): WarehouseTableCommit | undefined {
  if (file === undefined) return undefined;
  const captures = run.admissions.get(table.source.name)?.captures ?? [];
  const recapture = captures.some(({ capture }) => capture.recapture);
  return { rows: file.rows, captures: Math.max(1, captures.length), recapture, files: [file] };
}
