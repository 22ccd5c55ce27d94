import type { DataFile, IngestCommit, ProcessCommit } from "../../../domain/log/commit";
import { commitNumber } from "../../../domain/log/keys";
import type { StageName } from "../../cloud";
import type { CommitRow, Commits, TableRows } from "../api";
import type { ConsoleContext } from "../server/context";
import type { Run } from "../server/run";
import { readLedger } from "./ledger";

const SHOWN = 12;

/**
 * Reads some commits, the newest first, with the result of each stage.
 * @param before only commits with smaller numbers; undefined for the newest
 */
export async function readCommits(context: ConsoleContext, before: number | undefined): Promise<Commits> {
  const { lake, history, warehouse, read } = context;
  const list = await read("lake", ["commits", before], () => processedCommits(context, before));
  const numbers = (list.last?.data.commits ?? []).map(({ number }) => number);
  const shown = { first: Math.min(...numbers), last: Math.max(...numbers) };
  const ledger = await read("warehouse", ["loads", before], () =>
    readLedger(warehouse, numbers.length === 0 ? { first: 0, last: 0 } : shown),
  );
  const loadOf = (number: number): CommitRow["load"] => {
    const loaded = ledger.last?.data.commits.get(number);
    if (loaded === undefined) return null;
    const runMs = runOf(history.runs("load"), number)?.result.durationMs ?? null;
    return { at: loaded.at.toISOString(), rows: loaded.rows, runMs };
  };
  return {
    list: {
      ...list,
      last: list.last && {
        at: list.last.at,
        data: {
          ...list.last.data,
          commits: list.last.data.commits.map((row) => ({ ...row, load: loadOf(row.number) })),
        },
      },
    },
    bucket: lake.buckets.ingestion,
    warehouseProblem: ledger.problem,
  };
}

/** Some commits as the logs of the lake have them. */
async function processedCommits(
  { lake, history }: ConsoleContext,
  before: number | undefined,
): Promise<{ readonly commits: readonly Omit<CommitRow, "load">[]; readonly before: number | null }> {
  const last = before === undefined ? ((await lake.ingested.head())?.number ?? 0) : before - 1;
  const first = Math.max(1, last - SHOWN + 1);
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index);
  const rows = numbers.map(async (number): Promise<Omit<CommitRow, "load">> => {
    const [ingested, processed] = await Promise.all([
      lake.ingested.read(commitNumber(number)),
      lake.processed.read(commitNumber(number)),
    ]);
    if (ingested === undefined) throw new Error(`the ingest commit ${number} is gone from the lake`);
    const run = (stage: StageName): Run | undefined => runOf(history.runs(stage), number);
    const runMs = (stage: StageName): number | null => run(stage)?.result.durationMs ?? null;
    return {
      number,
      ingest: { ...ingestPart(ingested), runMs: runMs("ingest") },
      process:
        processed === undefined
          ? null
          : {
              ...processPart(processed),
              runMs: runMs("process"),
              run: run("process")?.result.requestId ?? null,
            },
    };
  });
  return { commits: await Promise.all(rows), before: first > 1 ? first : null };
}

const bytesOf = (files: readonly DataFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

const total = (tables: readonly TableRows[]): number => tables.reduce((sum, { rows }) => sum + rows, 0);

function ingestPart({ createdAt, tables }: IngestCommit): Omit<CommitRow["ingest"], "runMs"> {
  const captured = Object.entries(tables).map(([table, { rows }]) => ({ table, rows }));
  const captures = Object.values(tables);
  return {
    at: createdAt,
    rows: total(captured),
    deleted: captures.reduce((sum, { deleted }) => sum + deleted.rows, 0),
    bytes: bytesOf(captures.flatMap(({ files }) => files)),
    tables: captured.filter(({ rows }) => rows > 0),
  };
}

function processPart({
  createdAt,
  tables,
  rejected,
}: ProcessCommit): Omit<NonNullable<CommitRow["process"]>, "runMs" | "run"> {
  const written = Object.entries(tables).map(([table, { rows }]) => ({ table, rows }));
  const parts = Object.values(tables).flatMap((table) => table.parts);
  return {
    at: createdAt,
    rows: total(written),
    bytes: bytesOf(parts.flatMap(({ files }) => files)),
    rejected: rejected.rows,
    tables: written.filter(({ rows }) => rows > 0),
  };
}

/** Finds the run that handled a commit. The console keeps a limited number of runs, so an old one may be undefined. */
export function runOf(runs: readonly Run[], number: number): Run | undefined {
  return runs.findLast(({ result: { ok, payload } }) => {
    if (!ok) return false;
    const { commit, commits: several = [] } = payload as {
      readonly commit?: number | null;
      readonly commits?: readonly number[];
    };
    return commit === number || several.includes(number);
  });
}
