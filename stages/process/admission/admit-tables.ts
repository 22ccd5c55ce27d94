import {
  claimsOfNotNull,
  hasUniqueKeys,
  identifiesOtherwise,
} from "../../../domain/transform/contract/contract-key";
import { valueNamed } from "../../../domain/log/by-name";
import { captureOf, type IngestCommit, type ProcessCommit } from "../../../domain/log/commit";
import { TerminalError } from "../../../domain/errors";
import { commitNumber, type CommitNumber } from "../../../domain/log/keys";
import { contractsOf, type Model } from "../../../domain/model/model";
import type { SourceTable } from "../../../domain/model/source";
import { feedsIn } from "../../../domain/model/joined-feeds";
import { joinsOfFeed } from "../../../domain/model/table";
import {
  admit,
  stillWaits,
  waitingCommits,
  type CommittedCapture,
  type TableAdmission,
} from "../../../domain/transform/contract/quarantine";
import { identifier } from "../../../domain/sql";
import type { ProcessContext } from "../context";
import { withRegainedKey } from "./regained-key";

/** Number of commits that are read in parallel. */
const PARALLEL_READS = 32;

/** A source table, and the commits whose captures of it are needed. */
interface Wanted {
  readonly name: string;
  readonly numbers: readonly CommitNumber[];
}

/**
 * What may be processed of each source table: its captures in quarantine, and this commit.
 *
 * A table in quarantine waits because of its first commit that does not fit. Only that commit is read while it does not
 * fit, so a run costs the same however long the quarantine lasts.
 */
export async function admitTables(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  { model, ingested, telemetry }: Pick<ProcessContext, "model" | "ingested" | "telemetry">,
): Promise<Map<string, TableAdmission>> {
  const read = async (number: CommitNumber): Promise<IngestCommit | undefined> =>
    number === commit.number ? commit : ingested.log.read(number);
  const tables = [...contractsOf(model)].map(([name, contract]) => {
    const [first, ...later] = waitingCommits(valueNamed(previous?.quarantine, name), commit);
    const now = captureOf(commit, name);
    return { name, contract, readsDeletes: readsDeletes(model, contract), now, first, later };
  });
  const firsts = await readCaptures(
    tables.map(({ name, first }) => ({ name, numbers: [first] })),
    read,
  );
  const fitting = tables.filter(
    (table) => !firsts.get(table.name)?.some((one) => stillWaits(table, one, table.now)),
  );
  const others = await readCaptures(
    fitting.map(({ name, later }) => ({ name, numbers: later })),
    read,
  );
  const admissions = new Map<string, TableAdmission>();
  for (const table of tables) {
    const { name, contract, now, first } = table;
    const admission = admit(table, [...(firsts.get(name) ?? []), ...(others.get(name) ?? [])], now);
    warnOfOtherKey(contract, admission, telemetry);
    warnOfNullable(contract, admission, telemetry);
    const { captures } = admission;
    if (!table.readsDeletes || !captures.some(({ capture }) => identifiesOtherwise(contract, capture)))
      admissions.set(name, admission);
    else {
      const earlier = first > 1 ? await read(commitNumber(first - 1)) : undefined;
      const before = earlier && captureOf(earlier, name);
      const { store } = ingested;
      admissions.set(name, {
        ...admission,
        captures: await withRegainedKey(contract, captures, { before, store }),
      });
    }
  }
  return admissions;
}

/** Rows with the same key are treated as versions of one row. Only the source can ensure that they are. */
function warnOfOtherKey(
  contract: SourceTable,
  { captures }: TableAdmission,
  telemetry: ProcessContext["telemetry"],
): void {
  for (const { number, capture } of captures) {
    if (capture.mode !== "full" || capture.rows === 0 || hasUniqueKeys(contract, capture)) continue;
    telemetry.warn("the key of a contract is not the primary key of its table", {
      commit: number,
      table: contract.name,
      reason:
        `the contract says ${contract.key.join(", ")}, but the source says ${capture.key.length > 0 ? capture.key.join(", ") : "none"}: ` +
        `rows with the same ${contract.key.join(", ")} are treated as versions of one row`,
    });
  }
}

/**
 * Warns at the first capture of a table about columns that its catalogue allows to be NULL and its contract does not.
 */
function warnOfNullable(
  contract: SourceTable,
  { captures }: TableAdmission,
  telemetry: ProcessContext["telemetry"],
): void {
  for (const { number, capture } of captures) {
    if (capture.mode !== "full") continue;
    for (const column of claimsOfNotNull(contract, capture))
      telemetry.warn("a contract says NOT NULL of a column that may be NULL", {
        commit: number,
        table: contract.name,
        column,
        reason:
          `a row in which ${column} is NULL is rejected: declare it as optional(…), ` +
          `or ALTER TABLE ${identifier(contract.name)} ALTER COLUMN ${identifier(column)} SET NOT NULL`,
      });
  }
}

/** True if deleted rows of a table are looked up by their keys, by one of its facts or for a join. */
const readsDeletes = (model: Model, { name }: SourceTable): boolean =>
  feedsIn(model).some(
    ({ table, feed }) =>
      (feed.source.name === name && (table.kind === "fact" || joinsOfFeed(feed).length > 0)) ||
      joinsOfFeed(feed).some(({ to }) => to.name === name),
  );

/** The captures of tables, each in order. Each commit is read once for all tables, some commits in parallel. */
async function readCaptures(
  wanted: readonly Wanted[],
  read: (number: CommitNumber) => Promise<IngestCommit | undefined>,
): Promise<ReadonlyMap<string, readonly CommittedCapture[]>> {
  const tablesOf = new Map<CommitNumber, string[]>();
  for (const { name, numbers } of wanted)
    for (const number of numbers) tablesOf.set(number, [...(tablesOf.get(number) ?? []), name]);

  const captures = new Map<string, CommittedCapture[]>(wanted.map(({ name }) => [name, []]));
  const numbers = [...tablesOf.keys()].sort((a, b) => a - b);
  for (let from = 0; from < numbers.length; from += PARALLEL_READS) {
    const bunch = numbers.slice(from, from + PARALLEL_READS);
    const commits = await Promise.all(bunch.map(read));
    for (const [index, number] of bunch.entries())
      for (const name of tablesOf.get(number) ?? [])
        captures.get(name)?.push({ number, capture: captureOf(present(commits[index], number, name), name) });
  }
  return captures;
}

function present(commit: IngestCommit | undefined, number: CommitNumber, table: string): IngestCommit {
  if (commit !== undefined) return commit;
  throw new TerminalError(`ingest commit ${number} is missing, but ${table} waits for it`, {
    subject: { table, commit: number },
  });
}
