import type { RecordBatch } from "apache-arrow";
import { calendarCoverage, calendarRows, dayNumber, isoDate, missingDays } from "../domain/calendar";
import type { IngestCommit, ProcessCommit, WarehouseTableCommit } from "../domain/commit";
import { TerminalError } from "../domain/errors";
import type { CommitNumber } from "../domain/keys";
import { contractsOf } from "../domain/model/model";
import { joinsOf, type Dimension, type Fact } from "../domain/model/table";
import { admit, waitingCommits, type TableAdmission } from "../domain/quarantine";
import type { Lookups } from "../domain/transform";
import { sourceBatches, tableCommit, transformed, type CommitRun, type ProcessContext } from "./commit-run";
import { joinedDimensions } from "./process-joins";
import { rejectedRows } from "./rejected-rows";
import { writeTable } from "./write-table";

/** Remodels one ingest commit: writes its files and returns the commit that names them. */
export async function processCommitted(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  context: ProcessContext,
): Promise<ProcessCommit> {
  const { model, processed, now } = context;
  const admissions = await admitTables(commit, previous, context);
  const number = commit.number as CommitNumber;
  const rejected = rejectedRows({ store: processed.store, now });
  const run: CommitRun = { ...context, number, previous, admissions, rejected, days: { named: undefined } };

  const tables: Record<string, WarehouseTableCommit> = {};
  for (const table of model.tables.filter((candidate) => joinsOf(candidate).length === 0)) {
    const made = await processTable(table, run);
    if (made !== undefined) tables[table.name] = made;
  }
  const joins = await joinedDimensions(run);
  const calendar = await extendCalendar(run);
  const quarantine = [...admissions].flatMap(([name, admission]) =>
    admission.quarantine === undefined ? [] : [[name, admission.quarantine] as const],
  );
  return {
    version: 1,
    number,
    lake: commit.lake,
    createdAt: now().toISOString(),
    capturedAt: commit.createdAt,
    calendar: calendar.covered,
    state: { ...previous?.state, ...joins.state },
    tables: { ...tables, ...joins.tables, ...calendar.tables },
    quarantine: Object.fromEntries(quarantine),
    rejected: await rejected.finish(),
  };
}

/** What may be processed of each source table: what waits in quarantine, and this commit. */
async function admitTables(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  context: ProcessContext,
): Promise<Map<string, TableAdmission>> {
  const admissions = new Map<string, TableAdmission>();
  for (const [name, contract] of contractsOf(context.model)) {
    const captures = [];
    for (const number of waitingCommits(previous?.quarantine[name], commit)) {
      const of = number === commit.number ? commit : await context.ingested.log.read(number);
      if (of === undefined)
        throw new TerminalError(`ingest commit ${number} is gone, but ${name} waits for it`, {
          subject: { table: name, commit: number },
        });
      captures.push({ number, capture: of.tables[name] });
    }
    admissions.set(name, admit(contract, captures));
  }
  return admissions;
}

/** Processes a table whose rows need nothing but themselves, as a stream. */
async function processTable(
  table: Dimension | Fact,
  run: CommitRun,
): Promise<WarehouseTableCommit | undefined> {
  const noLookups: Lookups = new Map();
  const batches = async function* (): AsyncGenerator<RecordBatch> {
    for await (const source of sourceBatches(table.source, run)) {
      yield transformed(table, { source, lookups: noLookups, run });
      await run.rejected.spill();
    }
  };
  return tableCommit(
    table,
    await writeTable(table, batches(), { store: run.processed.store, now: run.now }),
    run,
  );
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
    tables:
      file === undefined
        ? {}
        : { [model.calendar.name]: { rows: file.rows, captures: 1, recapture: false, files: [file] } },
  };
}
