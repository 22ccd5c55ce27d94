import { emptyByName, valueNamed } from "../../../domain/log/by-name";
import {
  captureOf,
  type DataFile,
  type IngestCommit,
  type MirrorCommit,
  type MirrorPart,
  type TableCapture,
} from "../../../domain/log/commit";
import type { CommitNumber } from "../../../domain/log/keys";
import { nextStatus, ofCapture, type Found } from "../../../domain/log/source-statuses";
import type { Task } from "../../../domain/log/task";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import { isMirrored, namedTables } from "../../../domain/warehouse/mirror/choice";
import { mirrorFeed } from "../../../domain/warehouse/mirror/mirrored-table";
import type { CommitContext } from "../context";
import { readCapturesSinceWhole } from "./mirror-history";
import { writeMirrorPart, shapeOf } from "./mirror-part";
import { include } from "../tasks/transform-task";
import { runTasks } from "../tasks/run-tasks";

type MirrorStatus = MirrorCommit["tables"][string];

/** A mirrored table, and its captures since the last part of its mirror. */
interface Mirrored {
  readonly name: string;
  readonly captures: readonly AdmittedCapture[];
}

/**
 * Writes the parts that a commit adds to the mirror of each mirrored table.
 * @returns undefined when the time is over before all is written, and the next run continues; `none` when no table is
 *   mirrored
 */
export async function mirrorTables(
  commit: IngestCommit,
  context: CommitContext,
): Promise<MirrorCommit | "none" | undefined> {
  if (context.mirror === "none") return "none";
  const names = Object.keys(commit.tables).filter((name) => isMirrored(context.mirror, name));
  const mirrored = await findNew(names, commit, context);
  const written = await writeRows(mirrored, context);
  if (written === undefined) return undefined;
  const parts = emptyByName<MirrorPart[]>();
  const tables = emptyByName<MirrorStatus>();
  for (const { name, captures } of mirrored) {
    const made = await Promise.all(
      captures.map((captured) =>
        writeMirrorPart(name, captured, { context, files: written.get(captured) ?? [] }),
      ),
    );
    if (made.length > 0) parts[name] = made;
    const capture = captureOf(commit, name);
    const last = captures.at(-1)?.capture;
    const shape = last === undefined ? (statusBefore(name, context)?.shape ?? null) : shapeOf(last);
    if (capture !== undefined)
      tables[name] = { ...statusOf(name, ofCapture(capture), { commit, context }), shape };
  }
  for (const name of namedTables(context.mirror)) {
    if (captureOf(commit, name) !== undefined) continue;
    const reason =
      valueNamed(commit.refused, name)?.reason ?? `the source has no table ${name}: correct marble:mirror`;
    context.telemetry.warn("a table cannot be mirrored", { commit: commit.number, table: name, reason });
    const found: Found = { state: "refused", reason, isProcessed: false };
    tables[name] = { ...statusOf(name, found, { commit, context }), shape: null };
  }
  return { tables, parts };
}

const statusBefore = (
  name: string,
  { previous }: Pick<CommitContext, "previous">,
): MirrorStatus | undefined => valueNamed(previous?.mirror?.tables, name);

const statusOf = (
  name: string,
  found: Found,
  { commit, context }: { commit: IngestCommit; context: CommitContext },
): Omit<MirrorStatus, "shape"> =>
  nextStatus(found, { before: statusBefore(name, context), commit, rejected: 0 });

/**
 * The new captures of each table: that of this commit, and the earlier ones of a table that was not mirrored before.
 */
async function findNew(
  names: readonly string[],
  commit: IngestCommit,
  context: CommitContext,
): Promise<readonly Mirrored[]> {
  const begun = names.filter((name) => statusBefore(name, context) === undefined);
  const histories = await readCapturesSinceWhole(begun, commit, context.ingested.log);
  return names.map((name) => {
    const earlier = (histories.get(name) ?? []).filter(({ number }) => number !== context.number);
    const before = earlier.at(-1)?.capture;
    const shape = before === undefined ? statusBefore(name, context)?.shape : shapeOf(before);
    const capture = captureOf(commit, name);
    const isNew = capture !== undefined && changesMirror(capture, shape);
    return { name, captures: isNew ? [...earlier, { number: context.number, capture }] : earlier };
  });
}

/**
 * True for rows, deleted rows, or another description of the table. A table that could not be captured is unchanged.
 */
function changesMirror(capture: TableCapture, shape: string | null | undefined): boolean {
  if (capture.mode === "full" || capture.mode === "delta") return true;
  return capture.mode === "unchanged" && shapeOf(capture) !== shape;
}

/** The Parquet files of each capture; undefined when the time is over before all are written. */
async function writeRows(
  mirrored: readonly Mirrored[],
  context: CommitContext,
): Promise<ReadonlyMap<AdmittedCapture, readonly DataFile[]> | undefined> {
  const work = mirrored.flatMap(({ name, captures }) =>
    captures.flatMap((captured) =>
      tasksOf(name, captured, context.number).map((task) => ({ captured, task })),
    ),
  );
  const results = await runTasks(
    work.map(({ task }) => task),
    context,
  );
  if (results === undefined) return undefined;
  const files = new Map<AdmittedCapture, readonly DataFile[]>();
  for (const [index, { captured }] of work.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    include(result, context);
    files.set(captured, [...(files.get(captured) ?? []), ...result.files]);
  }
  return files;
}

function tasksOf(name: string, { number, capture }: AdmittedCapture, commit: CommitNumber): Task[] {
  const { key, columns } = capture;
  const fed = mirrorFeed(name, { key, columns });
  return capture.files.map((file) => ({
    commit,
    fed,
    captured: number,
    // The mirror has the type of the source, so padding blanks mean the same there.
    padded: [],
    file,
    mirrored: { table: name, key, columns },
  }));
}
