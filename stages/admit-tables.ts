import { captureOf, type IngestCommit, type ProcessCommit } from "../domain/commit";
import { TerminalError } from "../domain/errors";
import type { CommitNumber } from "../domain/keys";
import { contractsOf } from "../domain/model/model";
import {
  admit,
  stillWaits,
  waitingCommits,
  type CommittedCapture,
  type TableAdmission,
} from "../domain/quarantine";
import type { ProcessContext } from "./commit-run";

/** Commits that are read at once. */
const BUNCH = 32;

/** A source table, and the commits of which its captures are wanted. */
interface Wanted {
  readonly name: string;
  readonly numbers: readonly CommitNumber[];
}

/**
 * What may be processed of each source table: what waits in quarantine, and this commit.
 *
 * A table waits for the first of its commits that does not fit. That one is read, and while it does not fit, no
 * other is: a run costs the same however long a quarantine has lasted.
 */
export async function admitTables(
  commit: IngestCommit,
  previous: ProcessCommit | undefined,
  { model, ingested }: Pick<ProcessContext, "model" | "ingested">,
): Promise<Map<string, TableAdmission>> {
  const read = async (number: CommitNumber): Promise<IngestCommit | undefined> =>
    number === commit.number ? commit : ingested.log.read(number);
  const tables = [...contractsOf(model)].map(([name, contract]) => {
    const [first, ...later] = waitingCommits(previous?.quarantine[name], commit);
    return { name, contract, first, later };
  });
  const firsts = await readCaptures(
    tables.map(({ name, first }) => ({ name, numbers: [first] })),
    read,
  );
  const fitting = tables.filter(
    ({ name, contract }) => !firsts.get(name)?.some((one) => stillWaits(contract, one)),
  );
  const others = await readCaptures(
    fitting.map(({ name, later }) => ({ name, numbers: later })),
    read,
  );
  return new Map(
    tables.map(({ name, contract }) => [
      name,
      admit(contract, [...(firsts.get(name) ?? []), ...(others.get(name) ?? [])]),
    ]),
  );
}

/** The captures of tables, each in order. Each commit is read once for all of them, and some at once. */
async function readCaptures(
  wanted: readonly Wanted[],
  read: (number: CommitNumber) => Promise<IngestCommit | undefined>,
): Promise<ReadonlyMap<string, readonly CommittedCapture[]>> {
  const tablesOf = new Map<CommitNumber, string[]>();
  for (const { name, numbers } of wanted)
    for (const number of numbers) tablesOf.set(number, [...(tablesOf.get(number) ?? []), name]);

  const captures = new Map<string, CommittedCapture[]>(wanted.map(({ name }) => [name, []]));
  const numbers = [...tablesOf.keys()].sort((a, b) => a - b);
  for (let from = 0; from < numbers.length; from += BUNCH) {
    const bunch = numbers.slice(from, from + BUNCH);
    const commits = await Promise.all(bunch.map(read));
    for (const [index, number] of bunch.entries())
      for (const name of tablesOf.get(number) ?? [])
        captures.get(name)?.push({ number, capture: captureOf(present(commits[index], number, name), name) });
  }
  return captures;
}

function present(commit: IngestCommit | undefined, number: CommitNumber, table: string): IngestCommit {
  if (commit !== undefined) return commit;
  throw new TerminalError(`ingest commit ${number} is gone, but ${table} waits for it`, {
    subject: { table, commit: number },
  });
}
