import type { CommitLog } from "../../../adapters/lake/commit-log";
import { TerminalError } from "../../../domain/errors";
import { captureOf, type IngestCommit } from "../../../domain/log/commit";
import { commitNumber } from "../../../domain/log/keys";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";

/** Number of commits that are read together. */
const PARALLEL_READS = 32;

/**
 * The captures of each table, in order, from the last one with all of its rows to that of this commit. Together they
 * have the present rows of a table that was not mirrored before. Captures without changes are left out. A table that
 * was never captured has none; its first capture will have all rows.
 */
export async function readCapturesSinceWhole(
  tables: readonly string[],
  commit: IngestCommit,
  log: Pick<CommitLog<IngestCommit>, "read">,
): Promise<ReadonlyMap<string, readonly AdmittedCapture[]>> {
  const found = new Map<string, AdmittedCapture[]>(tables.map((name) => [name, []]));
  const open = new Set(tables);
  const look = (at: IngestCommit): void => {
    for (const name of open) {
      const capture = captureOf(at, name);
      if (capture === undefined || capture.mode === "full") open.delete(name);
      if (capture?.mode === "full" || capture?.mode === "delta")
        found.get(name)?.unshift({ number: commitNumber(at.number), capture });
    }
  };
  look(commit);
  for (let last = commit.number - 1; last >= 1 && open.size > 0; last -= PARALLEL_READS) {
    const numbers = Array.from({ length: Math.min(PARALLEL_READS, last) }, (_, index) => last - index);
    const commits = await Promise.all(numbers.map((number) => log.read(commitNumber(number))));
    for (const [index, one] of commits.entries()) {
      if (one === undefined)
        throw new TerminalError(
          `ingest commit ${numbers[index] ?? 0} is missing, and the mirror begins with its rows: restore it from its versions`,
          { subject: { commit: numbers[index] ?? 0 } },
        );
      look(one);
    }
  }
  return found;
}
