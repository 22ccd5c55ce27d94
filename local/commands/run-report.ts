import type { StageResult } from "./stage-result";
import type { IngestResult } from "../../stages/ingest/ingest";
import type { LoadResult } from "../../stages/load/load";
import type { ProcessResult } from "../../stages/process/process";
import type { StageName } from "../cloud";
import type { InvocationResult } from "../cloud/lambda/function";
import type { FunctionName } from "../cloud-event";
import type { Missing } from "./missing/missing-data";

type TableRows = Record<string, { rows: number }>;

/** The work of all invocations of a run, as `--json` prints it. */
export interface RunReport {
  readonly ingest: { readonly commit: number | null; readonly tables: TableRows };
  readonly process: { readonly commits: readonly number[]; readonly tables: TableRows };
  readonly load: { readonly commits: readonly number[]; readonly tables: TableRows };
  /** Rows that process rejected, because they break their contract or lack a partner of an inner join. */
  readonly rejected: number;
  /** Rows that wait in the warehouse, because no dimension has a row that they refer to. */
  readonly waiting: number;
  /** The data that did not arrive although every stage succeeded; empty if all of it did. */
  readonly missing: readonly Missing[];
}

function addUp(tables: readonly Readonly<TableRows>[]): TableRows {
  const sum: TableRows = {};
  for (const table of tables) {
    for (const [name, { rows }] of Object.entries(table)) sum[name] = { rows: (sum[name]?.rows ?? 0) + rows };
  }
  return sum;
}

/** Adds up the results of the stages, and finds the data that did not arrive. */
export function runReport(results: readonly StageResult[], missing: readonly Missing[] = []): RunReport {
  const of = <T>(stage: StageName): T[] =>
    results.filter((result) => result.stage === stage).map(({ payload }) => payload as T);
  const ingested = of<IngestResult>("ingest");
  const processed = of<ProcessResult>("process");
  const loaded = of<LoadResult>("load");
  const sorted = (commits: readonly number[]): number[] => [...commits].sort((a, b) => a - b);
  return {
    ingest: {
      commit: ingested.reduce<number | null>((last, { commit }) => commit ?? last, null),
      tables: addUp(ingested.map(({ tables }) => tables)),
    },
    process: {
      commits: sorted(processed.flatMap(({ commits }) => commits)),
      tables: addUp(processed.map(({ tables }) => tables)),
    },
    load: {
      commits: sorted(loaded.flatMap(({ commits }) => commits)),
      tables: addUp(loaded.map(({ tables }) => tables)),
    },
    rejected: processed.reduce((sum, { rejected }) => sum + rejected, 0),
    waiting: loaded.reduce((sum, { waiting }) => sum + waiting, 0),
    missing,
  };
}

/** @throws Error with the stage and the cause if the invocation failed */
export function requireSuccess(stage: FunctionName, { ok, error }: InvocationResult): void {
  if (!ok) throw new Error(`${stage} failed: ${error?.message ?? "the stage gave no reason"}`);
}
