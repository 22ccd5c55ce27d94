import type { IngestCommit, ProcessCommit, TableCapture } from "../log/commit";
import { contractBreaches } from "./contract";
import { commitNumber, type CommitNumber } from "../log/keys";
import type { SourceTable } from "../model/source";

/** What is known of one source table in one commit; undefined when the source never had such a table. */
export interface CommittedCapture {
  readonly number: CommitNumber;
  readonly capture: TableCapture | undefined;
}

export type Quarantine = ProcessCommit["quarantine"];

/** A capture that fits its contract, and the ingest commit that it is of. */
export interface AdmittedCapture {
  readonly number: CommitNumber;
  readonly capture: TableCapture;
}

/** What to process of one source table: the captures that fit, in order, and what has to wait. */
export interface TableAdmission {
  readonly captures: readonly AdmittedCapture[];
  readonly quarantine: Quarantine[string] | undefined;
}

/**
 * Decides how far a source table can be processed. Where it was missing, there is nothing to process:
 * that is a breach only while nothing later is known.
 * @param waiting its captures in order: those in quarantine since an earlier commit, then this commit's
 */
export function admit(contract: SourceTable, waiting: readonly CommittedCapture[]): TableAdmission {
  const captures: AdmittedCapture[] = [];
  let missing: Quarantine[string] | undefined;
  for (const { number, capture } of waiting) {
    if (capture === undefined || capture.mode === "absent") {
      const why = capture?.absent ?? "the source never had it";
      missing = { since: number, breaches: [`table ${contract.name} is missing: ${why}`] };
      continue;
    }
    const breaches = contractBreaches(contract, capture);
    if (breaches.length > 0) return { captures, quarantine: { since: number, breaches: [...breaches] } };
    captures.push({ number, capture });
    missing = undefined;
  }
  return { captures, quarantine: missing };
}

/** Does a table wait as long as this is the first capture of it that waits? Then no later one matters. */
export const stillWaits = (contract: SourceTable, { capture }: CommittedCapture): boolean =>
  capture !== undefined && capture.mode !== "absent" && contractBreaches(contract, capture).length > 0;

/** The numbers of the commits of a table that wait to be processed, this one last. */
export function waitingCommits(
  earlier: Quarantine[string] | undefined,
  commit: IngestCommit,
): readonly [CommitNumber, ...CommitNumber[]] {
  const first = earlier?.since ?? commit.number;
  const later = Array.from({ length: commit.number - first }, (_, index) => commitNumber(first + 1 + index));
  return [commitNumber(first), ...later];
}
