import type { RecordBatch } from "apache-arrow";
import {
  calendarCoverage,
  calendarRows,
  dayNumber,
  isoDate,
  missingDays,
} from "../../domain/transform/calendar";
import { arrowSchema, recordBatch } from "../../domain/formats/columnar/arrow";
import type {
  DataFile,
  IngestCommit,
  ProcessCommit,
  WarehousePart,
  WarehouseTableCommit,
} from "../../domain/log/commit";
import { sourceStatuses } from "../../domain/log/source-status";
import type { CommitNumber } from "../../domain/log/keys";
import { joinsOf, tombstoneTable, type Dimension, type Fact } from "../../domain/model/table";
import type { AdmittedCapture } from "../../domain/transform/quarantine";
import { hasUniqueKeys } from "../../domain/transform/contract-key";
import type { Task } from "../../domain/log/task";
import { admitTables } from "./admit-tables";
import {
  captureBatches,
  capturesOf,
  tableCommit,
  tombstoneBatches,
  transformed,
  type CommitRun,
  type ProcessContext,
} from "./commit-run";
import { modelStamp } from "./model-digest";
import { joinedDimensions } from "./joins";
import { workOff } from "./tasks/run-tasks";
import { rejectedRows } from "./rejected-rows";
import { include } from "./tasks/transform-task";
import { together } from "../shared/together";
import { writeTable, type ParquetTable } from "./write-table";

/**
 * Remodels one ingest commit: writes its files.
 * @returns the commit that names them; undefined when the time is over, and the next run goes on
 */
export async function processCommitted(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  context: ProcessContext,
): Promise<ProcessCommit | undefined> {
  const { model, processed, now } = context;
  const admissions = await admitTables(commit, previous, context);
  const number = commit.number as CommitNumber;
  const rejected = rejectedRows({ store: processed.store, now });
  const run: CommitRun = { ...context, number, previous, admissions, rejected, days: { named: undefined } };

  const [tables, joins] = await together([directTables(run), joinedDimensions(run)]);
  if (tables === undefined) return undefined;
  const calendar = await extendCalendar(run);
  const waiting = [...admissions].flatMap(([name, admission]) =>
    admission.quarantine === undefined ? [] : [[name, admission.quarantine] as const],
  );
  const quarantine = Object.fromEntries(waiting);
  const written = await rejected.finish();
  return {
    version: 1,
    number,
    lake: commit.lake,
    createdAt: now().toISOString(),
    model: modelStamp(model),
    capturedAt: commit.capturedAt ?? commit.createdAt,
    calendar: calendar.covered,
    state: { ...previous?.state, ...joins.state },
    tables: { ...tables, ...joins.tables, ...calendar.tables },
    quarantine,
    rejected: written,
    sources: sourceStatuses(commit, previous, { quarantine, rejected: rejected.counts() }),
  };
}

/** A table whose rows need nothing but themselves, with one capture of its source and the tasks of its files. */
interface DirectCapture {
  readonly table: Dimension | Fact;
  readonly captured: AdmittedCapture;
  readonly tasks: readonly Task[];
  /** Are its rows no work for tasks, because all keys of the capture have to be known to each other? */
  readonly asOne: boolean;
}

function directCaptures(run: CommitRun): DirectCapture[] {
  return run.model.tables
    .filter((table) => joinsOf(table).length === 0)
    .flatMap((table) =>
      capturesOf(table.source, run).map((captured) => {
        // A fact table keeps every row as a version, whatever its key.
        const asOne = table.kind === "dimension" && !hasUniqueKeys(table.source, captured.capture);
        const { number: commit } = run;
        const tasks = captured.capture.files.map((file) => ({
          commit,
          table,
          captured: captured.number,
          file,
        }));
        return { table, captured, tasks: asOne ? [] : tasks, asOne };
      }),
    );
}

/** Processes the tables without joins; undefined when the time is over before all is done. */
async function directTables(run: CommitRun): Promise<Record<string, WarehouseTableCommit> | undefined> {
  const captures = directCaptures(run);
  const tasks = captures.flatMap((capture) => capture.tasks);
  const results = await workOff(tasks, run);
  if (results === undefined) return undefined;
  for (const result of results) include(result, run);
  const resultOf = new Map(tasks.map((task, index) => [task, results[index]]));
  const parts = new Map<string, WarehousePart[]>();
  for (const { table, captured, tasks: own, asOne } of captures) {
    const files = asOne
      ? await written(table, wholeCapture(table, captured, run), run)
      : own.flatMap((task) => resultOf.get(task)?.files ?? []);
    const tombstones = table.kind === "fact" ? await writtenTombstones(table, captured, run) : [];
    const part = { recapture: captured.capture.recapture, files, tombstones };
    parts.set(table.name, [...(parts.get(table.name) ?? []), part]);
  }
  return Object.fromEntries(
    [...parts].flatMap(([name, of]) => {
      const made = tableCommit(of);
      return made === undefined ? [] : [[name, made]];
    }),
  );
}

/** The rows of a table, made of one capture from its first file to its last. */
async function* wholeCapture(
  table: Dimension | Fact,
  captured: AdmittedCapture,
  run: CommitRun,
): AsyncGenerator<RecordBatch> {
  for await (const source of captureBatches(table.source, captured, run)) {
    yield transformed(table, { source, lookups: new Map(), run });
    await run.rejected.spill();
  }
}

/** The keys of deleted rows, as the fact's table names them. */
async function writtenTombstones(
  table: Fact,
  captured: AdmittedCapture,
  run: CommitRun,
): Promise<DataFile[]> {
  const keyOnly = tombstoneTable(table);
  const renamed = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of tombstoneBatches(table.source, captured, run)) {
      yield recordBatch(arrowSchema(keyOnly.columns), {
        length: batch.numRows,
        children: batch.data.children,
      });
    }
  };
  return written(keyOnly, renamed(), run);
}

async function written(
  table: ParquetTable,
  batches: AsyncIterable<RecordBatch>,
  run: CommitRun,
): Promise<DataFile[]> {
  const file = await writeTable(table, batches, { store: run.processed.store, now: run.now });
  return file === undefined ? [] : [file];
}

/** Makes the days that the calendar lacks. */
async function extendCalendar(
  run: CommitRun,
): Promise<{ covered: ProcessCommit["calendar"]; tables: Record<string, WarehouseTableCommit> }> {
  const { model, previous, days, processed, now } = run;
  const covered =
    previous === undefined
      ? undefined
      : { first: dayNumber(previous.calendar.first), last: dayNumber(previous.calendar.last) };
  const wanted = calendarCoverage({ covered, configured: run.calendar, named: days.named });
  const batches = missingDays(covered, wanted).map((range) => calendarRows(model.calendar, range));
  const file = await writeTable(model.calendar, batches, { store: processed.store, now });
  return {
    covered: { first: isoDate(wanted.first), last: isoDate(wanted.last) },
    tables: file === undefined ? {} : calendarCommit(model.calendar.name, file),
  };
}

const calendarCommit = (name: string, file: DataFile): Record<string, WarehouseTableCommit> => ({
  [name]: { rows: file.rows, deleted: 0, parts: [{ recapture: false, files: [file], tombstones: [] }] },
});
