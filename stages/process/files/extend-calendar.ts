import type { DataFile, ProcessCommit, WarehouseTableCommit } from "../../../domain/log/commit";
import {
  calendarCoverage,
  makeCalendarRows,
  dayNumber,
  isoDate,
  missingDays,
} from "../../../domain/transform/calendar";
import type { CommitContext } from "../context";
import { writeTable } from "./write-table";

/** Makes the days that the calendar lacks. */
export async function extendCalendar(
  context: CommitContext,
): Promise<{ covered: ProcessCommit["calendar"]; tables: Record<string, WarehouseTableCommit> }> {
  const { model, previous, days, processed, now } = context;
  const covered =
    previous === undefined
      ? undefined
      : { first: dayNumber(previous.calendar.first), last: dayNumber(previous.calendar.last) };
  const wanted = calendarCoverage({ covered, configured: context.calendar, named: days.named });
  const batches = missingDays(covered, wanted).map((range) => makeCalendarRows(model.calendar, range));
  const file = await writeTable(model.calendar, batches, { store: processed.store, now });
  return {
    covered: { first: isoDate(wanted.first), last: isoDate(wanted.last) },
    tables: file === undefined ? {} : calendarCommit(model.calendar.name, file),
  };
}

const calendarCommit = (name: string, file: DataFile): Record<string, WarehouseTableCommit> => ({
  [name]: { rows: file.rows, deleted: 0, parts: [{ recapture: false, files: [file], tombstones: [] }] },
});
