import type { IngestCommit, ProcessCommit } from "../../../domain/log/commit";
import type { CommitLog } from "../../../adapters/lake/commit-log";
import type { StoreProblem, TableBehind } from "../api";
import type { ConsoleContext } from "../server/context";
import { tablesBehind } from "./tables/source-tables";

/** The newest commit of a log. */
interface Head<C> {
  /** 0 before the first commit, null when the log cannot be read. */
  readonly number: number | null;
  readonly commit: C | undefined;
}

interface Problem {
  readonly problem: StoreProblem | null;
}

/** The newest commit of each log, or why a log cannot be read. */
interface LakeHeads {
  readonly ingested: Head<IngestCommit>;
  readonly processed: Head<ProcessCommit>;
  /** The tables that are behind; none when a log cannot be read, because they are unknown then. */
  readonly behind: readonly TableBehind[];
  /** Null when both logs can be read. */
  readonly problem: StoreProblem | null;
}

/** Reads the newest commits. The console must work while S3 is out of reach or a commit is unreadable. */
export async function readHeads({ lake, read }: Pick<ConsoleContext, "lake" | "read">): Promise<LakeHeads> {
  const headOf = async <C>(name: string, log: CommitLog<C>): Promise<Head<C> & Problem> => {
    const { last, problem } = await read("lake", ["head", name], () => log.head());
    // An old head would tell nothing about the state of the platform.
    if (problem !== null) return { number: null, commit: undefined, problem };
    return { number: last?.data?.number ?? 0, commit: last?.data?.commit, problem };
  };
  const [ingested, processed] = await Promise.all([
    headOf("ingested", lake.ingested),
    headOf("processed", lake.processed),
  ]);
  const problem = ingested.problem ?? processed.problem;
  return {
    ingested,
    processed,
    behind: problem === null ? tablesBehind({ ingested: ingested.commit, processed: processed.commit }) : [],
    problem,
  };
}
