import { messageOf } from "../../../domain/errors";
import type { IngestCommit, ProcessCommit } from "../../../domain/log/commit";
import type { CommitLog } from "../../../adapters/lake/commit-log";
import type { LakeReader } from "../objects/lake-reader";
import type { TableBehind } from "../api";
import { tablesBehind } from "./tables/source-tables";

/** The newest commit of a log. */
export interface Head<C> {
  /** 0 before the first commit, null when the log cannot be read. */
  readonly number: number | null;
  readonly commit: C | undefined;
}

/** The newest commit of each log, or why a log cannot be read. */
export interface LakeHeads {
  readonly ingested: Head<IngestCommit>;
  readonly processed: Head<ProcessCommit>;
  /** The tables that are behind; none when a log cannot be read, because they are unknown then. */
  readonly behind: readonly TableBehind[];
  /** Null when both logs can be read. */
  readonly problem: string | null;
}

/** Reads the newest commits. The console must work while S3 is out of reach or a commit is unreadable. */
export async function readHeads({
  ingested: ingestLog,
  processed: processLog,
}: Pick<LakeReader, "ingested" | "processed">): Promise<LakeHeads> {
  const [ingested, processed] = await Promise.all([readHead(ingestLog), readHead(processLog)]);
  const problem = ingested.problem ?? processed.problem;
  return {
    ingested,
    processed,
    behind: problem === null ? tablesBehind({ ingested: ingested.commit, processed: processed.commit }) : [],
    problem,
  };
}

async function readHead<C>(log: CommitLog<C>): Promise<Head<C> & { readonly problem: string | null }> {
  try {
    const head = await log.head();
    return { number: head?.number ?? 0, commit: head?.commit, problem: null };
  } catch (error) {
    return { number: null, commit: undefined, problem: messageOf(error) };
  }
}
