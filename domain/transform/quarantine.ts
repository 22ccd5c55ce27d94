import type { IngestCommit, ProcessCommit, TableCapture } from "../log/commit";
import { contractBreaches } from "./contract";
import { keyBreach } from "./contract-key";
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

/** A contract, and what is made of its rows. */
export interface ReadTable {
  readonly contract: SourceTable;
  /** Is a table made of it that has to know which rows were deleted? */
  readonly readsDeletes: boolean;
}

/**
 * Decides how far a source table can be processed. Where it was missing, there is nothing to process:
 * that is a breach only while nothing later is known. Nor is anything processed while its newest capture says that
 * the key of the contract does not distinguish its rows; once the source sees to it, all that waits is.
 * @param waiting its captures in order: those in quarantine since an earlier commit, then this commit's
 * @param now its capture of this commit
 */
export function admit(
  table: ReadTable,
  waiting: readonly CommittedCapture[],
  now: TableCapture | undefined,
): TableAdmission {
  const { contract } = table;
  const unkeyed = keyBreaches(table, now);
  const [first] = waiting;
  if (first !== undefined && unkeyed.length > 0)
    return { captures: [], quarantine: { since: first.number, breaches: [...unkeyed] } };
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

const keyBreaches = ({ contract, readsDeletes }: ReadTable, now: TableCapture | undefined): string[] => {
  if (now === undefined || now.mode === "absent") return [];
  const breach = keyBreach(contract, now, { readsDeletes });
  return breach === undefined ? [] : [breach];
};

/**
 * Does a table wait as long as this is the first capture of it that waits, and that the capture of this commit?
 * Then no other one matters.
 */
export const stillWaits = (
  table: ReadTable,
  { capture }: CommittedCapture,
  now: TableCapture | undefined,
): boolean =>
  keyBreaches(table, now).length > 0 ||
  (capture !== undefined &&
    capture.mode !== "absent" &&
    contractBreaches(table.contract, capture).length > 0);

/** The numbers of the commits of a table that wait to be processed, this one last. */
export function waitingCommits(
  earlier: Quarantine[string] | undefined,
  commit: IngestCommit,
): readonly [CommitNumber, ...CommitNumber[]] {
  const first = earlier?.since ?? commit.number;
  const later = Array.from({ length: commit.number - first }, (_, index) => commitNumber(first + 1 + index));
  return [commitNumber(first), ...later];
}
