import type { Telemetry } from "../../adapters/aws/telemetry";
import { emptyByName } from "../../domain/log/by-name";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { nextCommit, type CommitNumber } from "../../domain/log/keys";
import type { ProcessContext } from "./context";
import { checkShape } from "./model-digest";
import { laterThan } from "../shared/clock";
import { processCommitted } from "./process-commit";
import { writtenTables } from "../../domain/log/written-tables";
import { planReprocess, requireReprocess } from "./reprocess";

/** The result of a run. */
export interface ProcessResult {
  readonly commits: readonly number[];
  /** The rows written for each warehouse table. */
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  readonly rejected: number;
}

/**
 * Processes the ingestion log in order, from the end of the processed log. The event that started the run does not
 * matter: lost, late or repeated events do no harm.
 */
export async function processCommits(context: ProcessContext): Promise<ProcessResult> {
  const { ingested, processed, model, telemetry } = context;
  const commits: number[] = [];
  const tables = emptyByName<{ rows: number }>();
  let rejected = 0;
  let head = await processed.log.head();
  if (head !== undefined) checkShape(model, head.commit);
  else if (!context.reprocess) await requireReprocess(context);
  if (context.reprocess) telemetry.info("reprocessing", { plan: (await planReprocess(context)).says });
  while (context.hasTime()) {
    const number: CommitNumber = nextCommit(head?.number);
    const commit = await ingested.log.read(number);
    if (commit === undefined) break;
    checkLake(head?.commit, commit);
    const now = laterThan(head === undefined ? undefined : new Date(head.commit.createdAt), context.now);
    const result = await processCommitted(commit, head?.commit, { ...context, now });
    if (result === undefined) {
      telemetry.info("the next run continues with this commit", { commit: number });
      break;
    }
    if (!(await processed.log.append(number, result))) {
      telemetry.info("another run processed the commit first", { commit: number });
      head = await processed.log.head();
      continue;
    }
    head = { number, commit: result };
    commits.push(number);
    rejected += result.rejected.rows;
    for (const [name, { rows }] of writtenTables(result))
      tables[name] = { rows: (tables[name]?.rows ?? 0) + rows };
    recordProcessed(telemetry, result);
  }
  if (commits.length === 0) telemetry.info("no commit waits to be processed", { commit: head?.number ?? 0 });
  return { commits, tables, rejected };
}

function checkLake(last: ProcessCommit | undefined, commit: IngestCommit): void {
  if (last === undefined || last.lake === commit.lake) return;
  throw new TerminalError(
    `the processed bucket holds commits of the lake ${last.lake}, but the ingestion bucket those of ${commit.lake}: ` +
      "they do not belong together; give each ingestion bucket its own processed bucket",
    { subject: { commit: commit.number } },
  );
}

function recordProcessed(telemetry: Telemetry, commit: ProcessCommit): void {
  const tables = writtenTables(commit);
  const rows = tables.reduce((sum, [, table]) => sum + table.rows, 0);
  telemetry.info("processed", {
    commit: commit.number,
    tables: tables.length,
    rows,
    rejected: commit.rejected.rows,
  });
  let bytes = 0;
  for (const [table, written] of tables) {
    const size = written.files.reduce((sum, file) => sum + file.bytes, 0);
    telemetry.info("written", { commit: commit.number, table, rows: written.rows, bytes: size });
    bytes += size;
  }
  telemetry.count("RowsProcessed", rows);
  telemetry.count("BytesProcessed", bytes, "Bytes");
  telemetry.count("RowsRejected", commit.rejected.rows);
  for (const [table, { since, breaches }] of Object.entries(commit.quarantine)) {
    telemetry.warn("a table does not fit its contract and waits", {
      commit: commit.number,
      table,
      since,
      breaches,
    });
  }
}
