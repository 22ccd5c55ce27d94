import type { RecordBatch } from "apache-arrow";
import type { DataFile, WarehousePart } from "../../domain/log/commit";
import type { Task } from "../../domain/log/task";
import { feedsIn, isDirect, type TableFeed } from "../../domain/model/joined-feeds";
import { paddedColumns } from "../../domain/transform/contract/contract";
import { hasUniqueKeys } from "../../domain/transform/contract/contract-key";
import type { AdmittedCapture } from "../../domain/transform/contract/quarantine";
import { capturesOf, decodeCapture } from "./batches";
import type { CommitContext } from "./context";
import type { TableParts } from "./files/table-commits";
import { runTasks } from "./tasks/run-tasks";
import { include } from "./tasks/transform-task";
import { transformRows } from "./transform-rows";
import { writeTable, type ParquetTable } from "./files/write-table";
import { writeDeletedTombstones } from "./files/write-tombstones";

/** A feed without joins, with one capture of its source and the tasks of its files. */
interface DirectCapture {
  readonly fed: TableFeed;
  readonly captured: AdmittedCapture;
  readonly tasks: readonly Task[];
  /** True if the capture cannot be split into tasks, because all of its keys must be compared. */
  readonly asOne: boolean;
}

function directCaptures(context: CommitContext): DirectCapture[] {
  return feedsIn(context.model)
    .filter(isDirect)
    .flatMap((fed) =>
      capturesOf(fed.feed.source, context).map((captured) => {
        // A fact table keeps every row as a version, whatever its key.
        const asOne = fed.table.kind === "dimension" && !hasUniqueKeys(fed.feed.source, captured.capture);
        const { number: commit } = context;
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

/** Transforms the feeds without joins; undefined when the time is over before all is done. */
export async function transformDirectTables(context: CommitContext): Promise<TableParts | undefined> {
  const captures = directCaptures(context);
  const tasks = captures.flatMap((capture) => capture.tasks);
  const results = await runTasks(tasks, context);
  if (results === undefined) return undefined;
  for (const result of results) include(result, context);
  const resultOf = new Map(tasks.map((task, index) => [task, results[index]]));
  const parts: [string, WarehousePart][] = [];
  for (const { fed, captured, tasks: own, asOne } of captures) {
    const done = own.map((task) => resultOf.get(task));
    const files = asOne
      ? await writeFile(fed.table, wholeCapture(fed, captured, context), context)
      : done.flatMap((result) => result?.files ?? []);
    const left = isFirst(captured) ? [] : done.flatMap((result) => result?.tombstones ?? []);
    const deleted =
      fed.table.kind === "fact"
        ? await writeDeletedTombstones({ ...fed, table: fed.table }, captured, context)
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
  context: CommitContext,
): AsyncGenerator<RecordBatch> {
  for await (const source of decodeCapture(fed.feed.source, captured, context)) {
    yield transformRows(fed, { source, lookups: new Map(), context }).batch;
    await context.rejected.spill();
  }
}

async function writeFile(
  table: ParquetTable,
  batches: AsyncIterable<RecordBatch>,
  context: CommitContext,
): Promise<DataFile[]> {
  const file = await writeTable(table, batches, { store: context.processed.store, now: context.now });
  return file === undefined ? [] : [file];
}
