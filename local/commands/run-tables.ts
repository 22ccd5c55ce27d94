import { textTable } from "./present";
import type { RunReport } from "./run-report";

/**
 * The rows of each table in each stage of a run, as tables of text: the captured rows of the source tables, and the
 * processed and loaded rows of the warehouse tables. Empty when the run had nothing to do.
 */
export function runTables({ ingest, process, load }: RunReport): string {
  const captured = Object.entries(ingest.tables).map(([name, { rows }]) => [name, rows]);
  const names = [...new Set([...Object.keys(process.tables), ...Object.keys(load.tables)])].sort();
  const made = names.map((name) => [name, process.tables[name]?.rows ?? 0, load.tables[name]?.rows ?? 0]);
  return [
    { head: ["source table", "captured rows"], rows: captured },
    { head: ["warehouse table", "processed rows", "loaded rows"], rows: made },
  ]
    .filter(({ rows }) => rows.length > 0)
    .map(({ head, rows }) => textTable([head, ...rows]))
    .join("\n\n");
}
