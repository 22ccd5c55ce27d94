import type { IngestCommit, ProcessCommit, TableCapture } from "../../log/commit";
import { findBreaches } from "./contract";
import { keyBreach } from "./contract-key";
import { commitNumber, type CommitNumber } from "../../log/keys";
import type { SourceTable } from "../../model/source";

/** The capture of one source table in one commit; undefined when the source never had that table. */
export interface CommittedCapture {
  readonly number: CommitNumber;
  readonly capture: TableCapture | undefined;
}

type Quarantine = ProcessCommit["quarantine"];

/** A capture that fits its contract, and its ingest commit. */
export interface AdmittedCapture {
  readonly number: CommitNumber;
  readonly capture: TableCapture;
  /**
   * The keys of its deleted rows, if they are not in its files: see `withRegainedKey`. Each is a JSON array of the texts
   * of the key of the contract.
   */
  readonly deletedKeys?: readonly string[];
}

/** What to process of one source table: the captures that fit, in order, and what has to wait. */
export interface TableAdmission {
  readonly captures: readonly AdmittedCapture[];
  readonly quarantine: Quarantine[string] | undefined;
}

/** A contract, and how its rows are used. */
interface ReadTable {
  readonly contract: SourceTable;
  /** True if a table made of it needs the deleted rows. */
  readonly readsDeletes: boolean;
}

/**
 * Decides how far a source table can be processed. A commit in which the table was missing has nothing to process; it
 * is a breach only if no later capture is known. Nothing is processed while the newest capture shows that the key of
 * the contract does not distinguish rows. Once the source ensures it, everything that waits is processed.
 * @param waiting its captures in order: those in quarantine since an earlier commit, then that of this commit
 * @param now its capture in this commit
 */
export function admit(
  table: ReadTable,
  waiting: readonly CommittedCapture[],
  now: TableCapture | undefined,
): TableAdmission {
  const { contract } = table;
  const unkeyed = keyBreaches(table, lastPresent(waiting, now));
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
    const breaches = findBreaches(contract, capture);
    if (breaches.length > 0) return { captures, quarantine: { since: number, breaches: [...breaches] } };
    captures.push({ number, capture });
    missing = undefined;
  }
  return { captures, quarantine: missing };
}

/** The capture that shows the present key of the table: the last one in which it was not absent. */
const lastPresent = (
  waiting: readonly CommittedCapture[],
  now: TableCapture | undefined,
): TableCapture | undefined =>
  now?.mode === "absent"
    ? waiting.findLast(({ capture }) => capture !== undefined && capture.mode !== "absent")?.capture
    : now;

const keyBreaches = ({ contract, readsDeletes }: ReadTable, now: TableCapture | undefined): string[] => {
  if (now === undefined || now.mode === "absent") return [];
  const breach = keyBreach(contract, now, { readsDeletes });
  return breach === undefined ? [] : [breach];
};

/**
 * True if a table waits as long as this capture, its first waiting one, and the capture of this commit do not fit. The
 * other captures then do not matter.
 */
export const stillWaits = (
  table: ReadTable,
  { capture }: CommittedCapture,
  now: TableCapture | undefined,
): boolean =>
  keyBreaches(table, now).length > 0 ||
  (capture !== undefined && capture.mode !== "absent" && findBreaches(table.contract, capture).length > 0);

/** The numbers of the commits of a table that wait to be processed, ending with this one. */
export function waitingCommits(
  earlier: Quarantine[string] | undefined,
  commit: IngestCommit,
): readonly [CommitNumber, ...CommitNumber[]] {
  const first = earlier?.since ?? commit.number;
  const later = Array.from({ length: commit.number - first }, (_, index) => commitNumber(first + 1 + index));
  return [commitNumber(first), ...later];
}
