import type { SourceSnapshot } from "../../adapters/source/source";
import { isAboutTable, isGone, isOutOfLocks } from "../../adapters/source/errors";
import { lastCapture } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import { valueNamed } from "../../domain/log/by-name";
import { captureOf, type IngestCommit, type TableCapture } from "../../domain/log/commit";
import { messageOf } from "../../domain/errors";
import { ByteBudget } from "../../domain/capture/slice";
import { absentCapture, captureTable, failedCapture } from "./capture-table";
import type { CaptureContext } from "./context";

/** What a run found, for its commit. */
type CapturedTables = Pick<IngestCommit, "tables" | "refused" | "overlap">;

/**
 * Captures every table, one after the other, because they share one snapshot and so one connection. New tables come
 * last, the small ones first, because other tables refer to them and all of them fit the budget. A table at which the
 * source fails does not stop the others. A table that was captured once stays in every later commit, because its past
 * must be known if it comes back.
 * @throws the first error when no table could be captured
 */
export async function captureTables(
  source: SourceSnapshot,
  given: Omit<CaptureContext, "sizes" | "budget">,
): Promise<CapturedTables> {
  const { tables, refused } = await source.catalogue();
  const isNew = ({ name }: TableDescription): boolean => lastCapture(given.last, name) === undefined;
  const sizes = await source.sizes(tables.filter(isNew));
  const context: CaptureContext = { ...given, sizes, budget: new ByteBudget(given.sliceBytes) };
  const captures = new Map<string, TableCapture>();
  const overlap = new Set<string>();
  const failures: unknown[] = [];
  const failedLast = ({ name }: TableDescription): boolean => captureOf(given.last, name)?.mode === "failed";
  // A table that changes all the time is best read right after the snapshot was taken.
  const order = (table: TableDescription): number => (failedLast(table) ? -2 : (sizes.get(table.name) ?? -1));
  for (const table of [...tables].sort((a, b) => order(a) - order(b))) {
    try {
      const result = await captureUnlocked(source, table, context);
      captures.set(table.name, result.capture);
      for (const xid of result.overlap) overlap.add(xid);
    } catch (error) {
      if (!isAboutTable(error)) throw error;
      failures.push(error);
      // A new table that was dropped since never existed for the lake.
      if (isGone(error) && isNew(table)) continue;
      const fields = { commit: context.number, table: table.name, reason: messageOf(error) };
      context.telemetry.warn("a table could not be captured; the next run tries again", fields);
      captures.set(table.name, failedCapture(table, fields.reason, context));
    }
  }
  if (failures.length === tables.length) throw failures[0];
  for (const [name, previous] of Object.entries(context.last?.tables ?? {})) {
    if (captures.has(name)) continue;
    const refusal = valueNamed(refused, name);
    captures.set(name, absentCapture(previous, refusal?.reason ?? "the table is gone"));
  }
  return { tables: Object.fromEntries(captures), refused: { ...refused }, overlap: [...overlap] };
}

/**
 * Captures a table and releases its locks. A server's lock table is limited, and a run that held the locks of all
 * tables to its end would exhaust it for everybody. If the lock table is full, the capture is repeated without other
 * locks.
 */
async function captureUnlocked(
  source: SourceSnapshot,
  table: TableDescription,
  context: CaptureContext,
): ReturnType<typeof captureTable> {
  const { naming } = table;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const before = lastCapture(context.last, table.name)?.names;
      // Read the names before the rows, so that the next run sees a name that changes in between.
      const names = naming === undefined ? undefined : await source.names(naming, before);
      const described = names === undefined ? table : { ...table, names };
      const result = await captureTable(source, described, context);
      await source.release();
      return result;
    } catch (error) {
      if (!isAboutTable(error)) throw error;
      await source.release();
      if (!isOutOfLocks(error) || attempt > 1) throw error;
    }
  }
}
