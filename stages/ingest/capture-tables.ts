import type { SourceSnapshot } from "../../adapters/source/source";
import { isAboutTable } from "../../adapters/source/errors";
import { lastCapture, type TableDescription } from "../../domain/capture/capture";
import type { IngestCommit, TableCapture } from "../../domain/log/commit";
import { messageOf } from "../../domain/errors";
import { Room } from "../../domain/capture/slice";
import { absentCapture, captureTable, failedCapture, type CaptureRun } from "./capture-table";

/** What a run found, as its commit will say. */
export type CapturedTables = Pick<IngestCommit, "tables" | "refused" | "overlap">;

/**
 * Captures every table, one after the other: they share one snapshot, and so one connection. One that the source
 * fails to give stops no other. A table that was captured once stays in every later commit: if it comes back, its
 * past must be known.
 * @throws the first error when no table could be captured
 */
export async function captureTables(
  source: SourceSnapshot,
  given: Omit<CaptureRun, "sizes" | "room">,
): Promise<CapturedTables> {
  const { tables, refused } = await source.catalogue();
  const isNew = ({ name }: TableDescription): boolean => lastCapture(given.last, name) === undefined;
  const sizes = await source.sizes(tables.filter(isNew));
  const run: CaptureRun = { ...given, sizes, room: new Room(given.sliceBytes) };
  const captures = new Map<string, TableCapture>();
  const overlap = new Set<string>();
  const failures: unknown[] = [];
  for (const table of [...tables].sort((a, b) => sizeOf(a, sizes) - sizeOf(b, sizes))) {
    try {
      const result = await captureTable(source, table, run);
      captures.set(table.name, result.capture);
      for (const xid of result.overlap) overlap.add(xid);
    } catch (error) {
      if (!isAboutTable(error)) throw error;
      failures.push(error);
      await source.recover();
      const fields = { commit: run.number, table: table.name, reason: messageOf(error) };
      run.telemetry.warn("a table could not be captured; the next run tries again", fields);
      captures.set(table.name, failedCapture(table, fields.reason, run));
    }
  }
  if (failures.length === tables.length) throw failures[0];
  for (const [name, previous] of Object.entries(run.last?.tables ?? {})) {
    if (captures.has(name)) continue;
    const refusal = Object.hasOwn(refused, name) ? refused[name] : undefined;
    captures.set(name, absentCapture(previous, refusal?.reason ?? "the table is gone"));
  }
  return { tables: Object.fromEntries(captures), refused: { ...refused }, overlap: [...overlap] };
}

/** New tables come last, the small ones first: others refer to them, and all of them have room. */
const sizeOf = ({ name }: TableDescription, sizes: ReadonlyMap<string, number>): number =>
  sizes.get(name) ?? -1;
