import type { RecordBatch } from "apache-arrow";
import type { CommitLog, WritableLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import { hull, type DayRange } from "../../domain/transform/calendar";
import type {
  DataFile,
  IngestCommit,
  ProcessCommit,
  WarehousePart,
  WarehouseTableCommit,
} from "../../domain/log/commit";
import { takeBatch } from "../../domain/formats/columnar/take";
import { decodeCsv, type SourceBatch } from "../../domain/formats/csv/decoder";
import { TerminalError } from "../../domain/errors";
import type { CommitNumber } from "../../domain/log/keys";
import type { Model } from "../../domain/model/model";
import type { TableFeed } from "../../domain/model/joined-feeds";
import { keyTable, type SourceTable } from "../../domain/model/source";
import type { AdmittedCapture, TableAdmission } from "../../domain/transform/quarantine";
import { hasUniqueKeys } from "../../domain/transform/contract-key";
import { rejectRepeated } from "../../domain/transform/repeated-keys";
import { transformBatch, type Lookups, type WarehouseBatch } from "../../domain/transform/transform";
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
export interface RemodelRun extends Pick<ProcessContext, "ingested" | "now"> {
  readonly processed: Pick<ProcessContext["processed"], "store">;
  readonly rejected: RejectedRows;
  /** Days that rows have named so far; the calendar must hold them. */
  readonly days: { named: DayRange | undefined };
}

/** One commit on its way through the stage. */
export interface CommitRun extends ProcessContext, RemodelRun {
  readonly processed: ProcessContext["processed"];
  readonly number: CommitNumber;
  readonly previous: ProcessCommit | undefined;
  /** What may be processed of each source table that the model reads. */
  readonly admissions: ReadonlyMap<string, TableAdmission>;
}

/** What was admitted of a source table, in order. */
export const capturesOf = (source: SourceTable, run: CommitRun): readonly AdmittedCapture[] =>
  run.admissions.get(source.name)?.captures ?? [];

/** Some rows of a source table, and the ingest commit that they come from. */
export type CommittedBatch = SourceBatch & { readonly commit: CommitNumber };

/** The decoded rows of one capture, of each key one. */
export async function* captureBatches(
  source: SourceTable,
  { number, capture }: AdmittedCapture,
  run: CommitRun,
): AsyncGenerator<CommittedBatch, void, undefined> {
  const check = hasUniqueKeys(source, capture) ? undefined : rejectRepeated(source);
  for (const file of capture.files) {
    for await (const batch of fileBatches(source, { number, file }, run)) {
      check?.(batch);
      yield batch;
    }
  }
}

/** The decoded rows of one file. */
export async function* fileBatches(
  source: SourceTable,
  { number, file }: { readonly number: CommitNumber; readonly file: DataFile },
  run: Pick<RemodelRun, "ingested">,
): AsyncGenerator<CommittedBatch, void, undefined> {
  let rows = 0;
  for await (const batch of decodeCsv(await run.ingested.store.stream(file.key), source)) {
    rows += batch.batch.numRows;
    yield { ...batch, commit: number };
  }
  checkRows(file, rows, { table: source.name, commit: number });
}

/** A file that was cut off between two records cannot be told by its text. */
function checkRows(file: DataFile, rows: number, subject: { table: string; commit: number }): void {
  if (rows === file.rows) return;
  throw new TerminalError(
    `${file.key} has ${rows} rows, its commit says ${file.rows}: restore the object from its versions`,
    { subject },
  );
}

/**
 * The decoded tombstones of one capture: batches of the key alone. A key that is no value of its type was
 * never loaded: its row was rejected.
 */
export async function* tombstoneBatches(
  source: SourceTable,
  { capture }: AdmittedCapture,
  run: CommitRun,
): AsyncGenerator<RecordBatch, void, undefined> {
  const keyOnly = keyTable(source);
  for (const file of capture.deleted.files) {
    for await (const { batch, rejections } of decodeCsv(await run.ingested.store.stream(file.key), keyOnly)) {
      const rows = Array.from({ length: batch.numRows }, (_, row) => row).filter(
        (row) => !rejections.has(row),
      );
      yield rejections.size === 0 ? batch : takeBatch([batch], keyOnly.columns, rows);
    }
  }
}

/** Transforms a batch; keeps its rejected rows and the days that it names. */
export function transformed(
  { table, feed }: TableFeed,
  options: { source: CommittedBatch; lookups: Lookups; run: RemodelRun },
): WarehouseBatch {
  const { source, lookups, run } = options;
  const made = transformBatch({ ...feed, name: table.name }, source, lookups);
  run.days.named = hull(run.days.named, made.days);
  for (const [row, rejection] of made.rejections) {
    run.rejected.add({
      target: table.name,
      table: feed.source.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
  return made;
}

/** What came of the captures, in order, each with the name of its warehouse table. */
export type TableParts = readonly (readonly [table: string, part: WarehousePart])[];

/** What the commit says of the tables that got something. */
export function tableCommits(made: TableParts): Record<string, WarehouseTableCommit> {
  const parts = new Map<string, WarehousePart[]>();
  for (const [table, part] of made)
    if (part.files.length + part.tombstones.length > 0) parts.set(table, [...(parts.get(table) ?? []), part]);
  const sum = (of: readonly (readonly DataFile[])[]): number =>
    of.flat().reduce((total, { rows }) => total + rows, 0);
  return Object.fromEntries(
    [...parts].map(([table, of]) => [
      table,
      {
        rows: sum(of.map(({ files }) => files)),
        deleted: sum(of.map(({ tombstones }) => tombstones)),
        parts: of,
      },
    ]),
  );
}
