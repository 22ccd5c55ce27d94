import { declarationsOf } from "../../../domain/declarations";
import { valueNamed } from "../../../domain/log/by-name";
import { ofCapture } from "../../../domain/log/source-statuses";
import { absentTables, quarantinedTables } from "../../../domain/log/table-problems";
import type { Model } from "../../../domain/model/model";
import type { IngestCommit, ProcessCommit } from "../../../domain/log/commit";
import { type CommitNumber, commitNumber } from "../../../domain/log/keys";
import type { LoadResult } from "../../../stages/load/load";
import type { Cloud } from "../../cloud";
import { openLake } from "../../console/objects/lake-reader";
import type { StageResult } from "../stage-result";

/** Data that did not arrive, although every stage succeeded. */
export interface Missing {
  /**
   * - `held`, `failed`, `refused`: a table of the source that is not captured, or not up to date, in the lake
   * - `partial`: a table whose first capture has not ended
   * - `absent`: a table that the model reads, and that is gone from the source or may no longer be read
   * - `quarantine`: a table of the source that does not fit its contract
   * - `rejected`: rows of a table of the source that this run or an earlier one rejected
   * - `waiting`: rows of a warehouse table that wait for a row of a dimension, from this run or an earlier one
   * - `mart`: a mart that differs from its declaration
   */
  readonly kind:
    "held" | "failed" | "refused" | "partial" | "absent" | "quarantine" | "rejected" | "waiting" | "mart";
  /** The name of the table or the mart. */
  readonly name: string;
  readonly reason: string;
  /** The number of rows, for `rejected` and `waiting`. */
  readonly rows?: number;
  /** The objects with the rows that this run rejected, each with its reason: `s3://BUCKET/KEY`. */
  readonly paths?: readonly string[];
}

/** The data that did not arrive in a run, from the newest commits and the results of the run. */
export async function findMissingData(
  cloud: Cloud,
  results: readonly StageResult[],
): Promise<readonly Missing[]> {
  const lake = openLake(cloud);
  try {
    const [ingested, processed] = await Promise.all([lake.ingested.head(), lake.processed.head()]);
    const commits = await Promise.all(processedBy(results).map((number) => lake.processed.read(number)));
    const path = (key: string): string => `s3://${lake.buckets.processed}/${lake.processedPrefix}${key}`;
    return [
      ...(ingested === undefined ? [] : notCaptured(ingested.commit)),
      ...absent(processed?.commit, { model: modelOf(cloud), refused: ingested?.commit.refused }),
      ...(processed === undefined ? [] : inQuarantine(processed.commit)),
      ...rejectedRows(
        processed?.commit,
        commits.flatMap((commit) => commit?.rejected.files ?? []),
        path,
      ),
      ...notLoaded(results),
    ];
  } finally {
    lake.close();
  }
}

/** The tables of the source whose rows in the lake are missing or old. */
export function notCaptured({ tables, refused }: Pick<IngestCommit, "tables" | "refused">): Missing[] {
  return [
    ...Object.entries(tables).flatMap(([name, capture]): Missing[] => {
      const { state, reason } = ofCapture(capture);
      // An absent table counts only if the model reads it: see `absent`.
      return state === "held" || state === "failed" || state === "partial"
        ? [{ kind: state, name, reason: reason ?? "" }]
        : [];
    }),
    // Views and foreign tables are never ingested, so they are not missing.
    ...Object.entries(refused).flatMap(([name, { kind, reason }]): Missing[] =>
      kind === "table" ? [{ kind: "refused", name, reason }] : [],
    ),
  ];
}

/** The model of the stack. */
const modelOf = ({ program }: Cloud): Model =>
  declarationsOf(program.functions.map(({ environment }) => environment["MODEL"]).find(Boolean) ?? "").model;

/** The absent tables that the model reads. The line of a refused table says already what is wrong. */
export const absent = (
  processed: Pick<ProcessCommit, "sources"> | undefined,
  { model, refused = {} }: { readonly model: Model; readonly refused?: IngestCommit["refused"] | undefined },
): Missing[] =>
  absentTables(processed, model).flatMap(({ name, reason }): Missing[] =>
    valueNamed(refused, name) === undefined ? [{ kind: "absent", name, reason }] : [],
  );

export const inQuarantine = (processed: Pick<ProcessCommit, "quarantine" | "sources">): Missing[] =>
  quarantinedTables(processed).map(([name, { since, breaches }]) => ({
    kind: "quarantine",
    name,
    reason: `since commit ${since}, it does not fit its contract: ${breaches.join(", ")}`,
  }));

const processedBy = (results: readonly StageResult[]): CommitNumber[] =>
  results
    .filter(({ stage }) => stage === "process")
    .flatMap(({ payload }) => (payload as { commits?: readonly number[] }).commits ?? [])
    .map(commitNumber);

/**
 * The rejected rows that are missing, by table, with the files of this run. `rejectedRows` of process defines the keys of
 * the files.
 * @param files the files of this run
 */
export function rejectedRows(
  processed: Pick<ProcessCommit, "sources"> | undefined,
  files: ProcessCommit["rejected"]["files"],
  path: (key: string) => string,
): Missing[] {
  const tables = new Map<string, { rows: number; paths: string[] }>();
  for (const { key, rows } of files) {
    const name = decodeURIComponent(key.split("/").at(-2) ?? "");
    const table = tables.get(name) ?? { rows: 0, paths: [] };
    table.rows += rows;
    table.paths.push(path(key));
    tables.set(name, table);
  }
  // A commit of an earlier version of Marble does not say what is missing.
  const missing = Object.entries(processed?.sources ?? {}).map(
    ([name, { rejected }]) => [name, { rows: rejected, paths: tables.get(name)?.paths ?? [] }] as const,
  );
  return (processed?.sources === undefined ? [...tables] : missing).flatMap(([name, { rows, paths }]) =>
    rows === 0
      ? []
      : [{ kind: "rejected", name, reason: "the files under rejected/ have the reasons", rows, paths }],
  );
}

/** The result of the last run of load. Each run checks the whole warehouse. */
function notLoaded(results: readonly StageResult[]): Missing[] {
  const last = results.findLast(({ stage }) => stage === "load")?.payload as
    Pick<LoadResult, "waitingRows" | "brokenMarts"> | undefined;
  return [
    ...(last?.waitingRows ?? []).map(({ table, rows, reason }): Missing => ({
      kind: "waiting",
      name: table,
      rows,
      reason,
    })),
    ...(last?.brokenMarts ?? []).map(({ mart, reason }): Missing => ({ kind: "mart", name: mart, reason })),
  ];
}
