import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import { timeOfKey, type CommitNumber } from "../../domain/log/keys";
import { sourceStatuses } from "../../domain/log/source-statuses";
import { writtenTables } from "../../domain/log/written-tables";
import { laterThan } from "../shared/clock";
import { settleAll } from "../shared/settle-all";
import { admitTables } from "./admission/admit-tables";
import type { CommitContext, ProcessContext } from "./context";
import { transformDirectTables } from "./direct-tables";
import { extendCalendar } from "./files/extend-calendar";
import { transformJoinedTables } from "./joins/joined-tables";
import { mirrorTables } from "./mirror/mirror-tables";
import { checkReads, modelStamp } from "./model-digest";
import { findMissing, openMissing } from "./rejected/missing-rows";
import { recomputedRows } from "./rejected/recomputed-rows";
import { rejectedRows } from "./rejected/rejected-rows";
import { tableCommits } from "./files/table-commits";

/**
 * Transforms one ingest commit and writes its files.
 * @returns the commit that names them; undefined when the time is over, and the next run continues
 */
export async function processCommitted(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  given: ProcessContext,
): Promise<ProcessCommit | undefined> {
  const { model, processed, now } = given;
  const admissions = await admitTables(commit, previous, given);
  const number = commit.number as CommitNumber;
  checkReads(model, previous, { number, admissions });
  const rejected = rejectedRows({ store: processed.store, now });
  const missing = await openMissing({ previous, processed, model });
  const context: CommitContext = {
    ...given,
    number,
    previous,
    admissions,
    rejected,
    days: { named: undefined },
    missing,
    recomputed: recomputedRows(missing),
  };

  const [direct, joined] = await settleAll([transformDirectTables(context), transformJoinedTables(context)]);
  if (direct === undefined) return undefined;
  const mirror = await mirrorTables(commit, context);
  if (mirror === undefined) return undefined;
  const calendar = await extendCalendar(context);
  const waiting = [...admissions].flatMap(([name, admission]) =>
    admission.quarantine === undefined ? [] : [[name, admission.quarantine] as const],
  );
  const quarantine = Object.fromEntries(waiting);
  const rejectedFiles = await rejected.finish();
  const { counts, ...lacking } = await findMissing(context, rejectedFiles.files);
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
