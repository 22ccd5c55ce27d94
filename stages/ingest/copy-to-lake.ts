import type { SourceSnapshot } from "../../adapters/source/source";
import type { RowSelection } from "../../adapters/source/rows";
import type { TablePlan } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { DataFile } from "../../domain/log/commit";
import { cutCsv } from "../../domain/formats/csv/parts";
import { dataKey } from "../../domain/log/keys";
import type { CaptureContext } from "./context";

/** Copies the selected rows of a table into the lake, as CSV files of a bounded size. */
export async function copyToLake(
  source: SourceSnapshot,
  table: TableDescription,
  options: { context: CaptureContext; plan: TablePlan; selection: RowSelection },
): Promise<DataFile[]> {
  const { context, plan, selection } = options;
  const started = performance.now();
  const files: DataFile[] = [];
  const copy = source.copy(table, selection);
  for await (const part of cutCsv(copy, context.partBytes)) {
    const key = dataKey({ at: context.now(), table: table.name, extension: "csv" });
    const bytes = await context.store.upload(key, part.bytes);
    if (part.rows() > 0) files.push({ key, rows: part.rows(), bytes });
  }
  context.telemetry.info("captured", {
    commit: context.number,
    table: table.name,
    mode: plan.mode,
    rows: copy.rows(),
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    durationMs: Math.round(performance.now() - started),
  });
  return files;
}
