import type { Telemetry } from "../../adapters/aws/telemetry";
import { columnChanges, hasChanges } from "../../domain/capture/column-changes";
import { parseSnapshot } from "../../domain/capture/snapshot";
import { valueNamed } from "../../domain/log/by-name";
import { captureOf, type IngestCommit, type TableCapture } from "../../domain/log/commit";

/** Records a new commit and what changed with it. */
export function recordCommit(
  telemetry: Telemetry,
  commit: IngestCommit,
  last: IngestCommit | undefined,
): void {
  const { number, tables } = commit;
  const captures = Object.values(tables);
  const sum = (of: (table: TableCapture) => number): number =>
    captures.reduce((total, table) => total + of(table), 0);
  const rows = sum((table) => table.rows);
  const deleted = sum((table) => table.deleted.rows);
  const bytes = sum(({ files }) => files.reduce((total, file) => total + file.bytes, 0));
  telemetry.info("committed", { commit: number, rows, deleted, bytes });
  telemetry.count("RowsIngested", rows);
  telemetry.count("RowsDeleted", deleted);
  telemetry.count("BytesIngested", bytes, "Bytes");
  recordState(telemetry, commit);
  recordOverlap(telemetry, commit);
  for (const [table, { mode, held }] of Object.entries(tables)) {
    if (mode !== "held") continue;
    telemetry.warn("the table is held back by the delete guard", {
      commit: number,
      table,
      reason: held?.reason ?? "",
    });
  }
  recordRefused(telemetry, commit, last);
  recordAbsent(telemetry, commit, last);
  recordColumns(telemetry, commit, last);
}

/** An open transaction with up to this many later ones causes no warning. */
const MANY_TRANSACTIONS = 10_000;

/** While a transaction stays open, every later one must be remembered, so commits and runs grow with their number. */
function recordOverlap(telemetry: Telemetry, { number, overlap, snapshot }: IngestCommit): void {
  if (overlap.length <= MANY_TRANSACTIONS) return;
  telemetry.warn("a transaction of the source has been open for a long time; end it", {
    commit: number,
    transaction: String(parseSnapshot(snapshot).xmin),
    later: overlap.length,
    reason:
      "look for it in pg_stat_activity (backend_xid, state 'idle in transaction') and in pg_prepared_xacts (transaction)",
  });
}

/** Records in every run, with or without a commit, what needs a person. */
export function recordState(telemetry: Telemetry, commit: IngestCommit | undefined): void {
  if (commit === undefined) return;
  const count = (wanted: TableCapture["mode"]): number =>
    Object.values(commit.tables).filter(({ mode }) => mode === wanted).length;
  // Views and foreign tables are never ingested, so they need no attention.
  const refused = Object.values(commit.refused).filter(({ kind }) => kind === "table");
  telemetry.count("TablesHeld", count("held"));
  telemetry.count("TablesFailed", count("failed"));
  telemetry.count("TablesRefused", refused.length);
}

function recordRefused(telemetry: Telemetry, commit: IngestCommit, last: IngestCommit | undefined): void {
  for (const [name, { kind, reason }] of Object.entries(commit.refused)) {
    const known = valueNamed(last?.refused, name);
    const fields = { commit: commit.number, [kind === "table" ? "table" : "relation"]: name, kind, reason };
    if (known?.reason === reason) telemetry.info("still not ingested", fields);
    else if (kind === "table") telemetry.warn("a table is not ingested", fields);
    else telemetry.info("not ingested", fields);
  }
}

function recordAbsent(telemetry: Telemetry, commit: IngestCommit, last: IngestCommit | undefined): void {
  for (const [table, { mode, absent }] of Object.entries(commit.tables)) {
    if (mode !== "absent" || captureOf(last, table)?.absent === absent) continue;
    telemetry.warn("a table is absent", { commit: commit.number, table, reason: absent ?? "" });
  }
}

function recordColumns(telemetry: Telemetry, commit: IngestCommit, last: IngestCommit | undefined): void {
  let changed = 0;
  for (const [table, { mode, columns }] of Object.entries(commit.tables)) {
    const previous = captureOf(last, table);
    // The columns of a table that could not be captured are those of its last capture.
    if (previous === undefined || mode === "held" || mode === "failed" || mode === "absent") continue;
    const changes = columnChanges(previous.columns, columns);
    if (!hasChanges(changes)) continue;
    changed += 1;
    telemetry.info("the columns of a table changed", { commit: commit.number, table, ...changes });
  }
  telemetry.count("SchemaChanges", changed);
}
