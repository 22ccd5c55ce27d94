import type { RecordBatch } from "apache-arrow";
import {
  calendarCoverage,
  calendarRows,
  dayNumber,
  isoDate,
  missingDays,
} from "../../domain/transform/calendar";
import type {
  DataFile,
  IngestCommit,
  ProcessCommit,
  WarehousePart,
  WarehouseTableCommit,
} from "../../domain/log/commit";
import { writtenTables } from "../../domain/log/written-tables";
import { sourceStatuses } from "../../domain/log/source-statuses";
import { timeOfKey, type CommitNumber } from "../../domain/log/keys";
import { feedsIn, isDirect, type TableFeed } from "../../domain/model/joined-feeds";
import { paddedColumns } from "../../domain/transform/contract/contract";
import type { AdmittedCapture } from "../../domain/transform/contract/quarantine";
import { hasUniqueKeys } from "../../domain/transform/contract/contract-key";
import type { Task } from "../../domain/log/task";
import { admitTables } from "./admit-tables";
import { decodeCapture, capturesOf } from "./batches";
import { tableCommits, type TableParts } from "./table-commits";
import { transformRows } from "./transform-rows";
import type { CommitContext, ProcessContext } from "./context";
import { checkReads, modelStamp } from "./model-digest";
import { transformJoinedTables } from "./joins/joined-tables";
import { recomputedRows } from "./rejected/recomputed-rows";
import { findMissing, openMissing } from "./rejected/missing-rows";
import { mirrorTables } from "./mirror/mirror-tables";
import { runTasks } from "./tasks/run-tasks";
import { rejectedRows } from "./rejected/rejected-rows";
import { include } from "./tasks/transform-task";
import { laterThan } from "../shared/clock";
import { settleAll } from "../shared/settle-all";
import { writeDeletedTombstones } from "./write-tombstones";
import { writeTable, type ParquetTable } from "./write-table";

/**
 * Transforms one ingest commit and writes its files.
 * @returns the commit that names them; undefined when the time is over, and the next run continues
 */
export async function processCommitted(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  context: ProcessContext,
): Promise<ProcessCommit | undefined> {
  const { model, processed, now } = context;
  const admissions = await admitTables(commit, previous, context);
  const number = commit.number as CommitNumber;
  checkReads(model, previous, { number, admissions });
  const rejected = rejectedRows({ store: processed.store, now });
  const missing = await openMissing({ previous, processed, model });
  const run: CommitContext = {
    ...context,
    number,
    previous,
    admissions,
    rejected,
    days: { named: undefined },
    missing,
    recomputed: recomputedRows(missing),
  };

  const [direct, joined] = await settleAll([transformDirectTables(run), transformJoinedTables(run)]);
  if (direct === undefined) return undefined;
  const mirror = await mirrorTables(commit, run);
  if (mirror === undefined) return undefined;
  const calendar = await extendCalendar(run);
  const waiting = [...admissions].flatMap(([name, admission]) =>
    admission.quarantine === undefined ? [] : [[name, admission.quarantine] as const],
  );
  const quarantine = Object.fromEntries(waiting);
  const rejectedFiles = await rejected.finish();
  const { counts, ...lacking } = await findMissing(run, rejectedFiles.files);
  const stamp = modelStamp(model);
  const newFiles = {
    tables: { ...tableCommits([...direct, ...joined.parts]), ...calendar.tables },
    ...(mirror !== "none" && { mirror }),
  };
  return {
    version: 1,
    number,
    lake: commit.lake,
    createdAt: laterThan(lastTimeOf(newFiles), now)().toISOString(),
    model: stamp,
    capturedAt: commit.capturedAt ?? commit.createdAt,
    source: placeOf(commit.source),
    calendar: calendar.covered,
    // Forget the state of tables that are no longer joined, because it is no longer updated.
    state: only(stamp.joined ?? [], { ...previous?.state, ...joined.state }),
    ...newFiles,
    quarantine,
    rejected: rejectedFiles,
    ...lacking,
    sources: sourceStatuses(commit, previous, { quarantine, missing: counts }),
  };
}

/** The time of the newest file. Workers name some of the files by their own clocks. */
function lastTimeOf(written: Pick<ProcessCommit, "tables" | "mirror">): Date {
  const files = writtenTables(written).flatMap(([, { files }]) => files);
  return new Date(files.reduce((last, { key }) => Math.max(last, timeOfKey(key).getTime()), 0));
}

const only = (names: readonly string[], state: ProcessCommit["state"]): ProcessCommit["state"] =>
  Object.fromEntries(Object.entries(state).filter(([name]) => names.includes(name)));

const placeOf = ({
  systemIdentifier,
  database,
  schema,
  moreSchemas,
}: IngestCommit["source"]): ProcessCommit["source"] => ({
  systemIdentifier,
  database,
  schema,
  ...(moreSchemas !== undefined && { moreSchemas }),
});

/** A feed without joins, with one capture of its source and the tasks of its files. */
interface DirectCapture {
  readonly fed: TableFeed;
  readonly captured: AdmittedCapture;
  readonly tasks: readonly Task[];
  /** True if the capture cannot be split into tasks, because all of its keys must be compared. */
  readonly asOne: boolean;
}

function directCaptures(run: CommitContext): DirectCapture[] {
  return feedsIn(run.model)
    .filter(isDirect)
    .flatMap((fed) =>
      capturesOf(fed.feed.source, run).map((captured) => {
        // A fact table keeps every row as a version, whatever its key.
        const asOne = fed.table.kind === "dimension" && !hasUniqueKeys(fed.feed.source, captured.capture);
        const { number: commit } = run;
        const tasks = captured.capture.files.map((file) => ({
          commit,
          fed,
          captured: captured.number,
          padded: paddedColumns(captured.capture),
          file,
        }));
        return { fed, captured, tasks: asOne ? [] : tasks, asOne };
      }),
    );
}

/** Processes the feeds without joins; undefined when the time is over before all is done. */
async function transformDirectTables(run: CommitContext): Promise<TableParts | undefined> {
  const captures = directCaptures(run);
  const tasks = captures.flatMap((capture) => capture.tasks);
  const results = await runTasks(tasks, run);
  if (results === undefined) return undefined;
  for (const result of results) include(result, run);
  const resultOf = new Map(tasks.map((task, index) => [task, results[index]]));
  const parts: [string, WarehousePart][] = [];
  for (const { fed, captured, tasks: own, asOne } of captures) {
    const done = own.map((task) => resultOf.get(task));
    const files = asOne
      ? await writeFile(fed.table, wholeCapture(fed, captured, run), run)
      : done.flatMap((result) => result?.files ?? []);
    const left = isFirst(captured) ? [] : done.flatMap((result) => result?.tombstones ?? []);
    const deleted =
      fed.table.kind === "fact"
        ? await writeDeletedTombstones({ ...fed, table: fed.table }, captured, run)
        : [];
    const { recapture } = captured.capture;
    parts.push([fed.table.name, { recapture, files, tombstones: [...deleted, ...left] }]);
  }
  return parts;
}

/** True for the first capture of a table. Rows that a condition leaves out have no earlier version then. */
const isFirst = ({ capture }: AdmittedCapture): boolean => capture.mode === "full" && !capture.recapture;

/** The rows of a table, made of one whole capture. */
async function* wholeCapture(
  fed: TableFeed,
  captured: AdmittedCapture,
  run: CommitContext,
): AsyncGenerator<RecordBatch> {
  for await (const source of decodeCapture(fed.feed.source, captured, run)) {
    yield transformRows(fed, { source, lookups: new Map(), run }).batch;
    await run.rejected.spill();
  }
}

async function writeFile(
  table: ParquetTable,
  batches: AsyncIterable<RecordBatch>,
  run: CommitContext,
): Promise<DataFile[]> {
  const file = await writeTable(table, batches, { store: run.processed.store, now: run.now });
  return file === undefined ? [] : [file];
}

/** Makes the days that the calendar lacks. */
async function extendCalendar(
  run: CommitContext,
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
