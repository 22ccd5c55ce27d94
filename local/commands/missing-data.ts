import { declarationsOf } from "../../domain/declarations";
import { valueNamed } from "../../domain/log/by-name";
import { absentTables, quarantinedTables } from "../../domain/log/table-problems";
import type { Model } from "../../domain/model/model";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import { type CommitNumber, commitNumber } from "../../domain/log/keys";
import type { LoadResult } from "../../stages/load/load";
import type { Cloud } from "../cloud";
import { openLake } from "../console/objects/lake-reader";
import type { StageResult } from "./stage-result";

/** Data that did not arrive, although every stage succeeded. */
export interface Missing {
  /**
   * - `held`, `failed`, `refused`: a table of the source that is not captured, or not up to date, in the lake
   * - `absent`: a table that the model reads, and that is gone from the source or may no longer be read
   * - `quarantine`: a table of the source that does not fit its contract
   * - `rejected`: rows of a table of the source that this run rejected
   * - `waiting`: rows of a warehouse table that wait for a row of a dimension, from this run or an earlier one
   * - `mart`: a mart that differs from its declaration
   */
  readonly kind: "held" | "failed" | "refused" | "absent" | "quarantine" | "rejected" | "waiting" | "mart";
  /** The name of the table or the mart. */
  readonly name: string;
  readonly reason: string;
  /** The number of rows, for `rejected` and `waiting`. */
  readonly rows?: number;
  /** The objects that hold rejected rows, each row with its reason: `s3://BUCKET/KEY`. */
  readonly paths?: readonly string[];
}

/** The data that did not arrive in a run, from the newest commits and the results of the run. */
export async function missingData(
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
        commits.flatMap((commit) => commit?.rejected.files ?? []),
        path,
      ),
      ...notLoaded(results),
    ];
  } finally {
    lake.close();
  }
}

/**
 * A line for a person.
 * @param fileOf where the person finds an object of `paths`
 */
export function describeMissing(
  { kind, name, reason, rows = 0, paths = [] }: Missing,
  fileOf = (path: string): string => path,
): string {
  switch (kind) {
    case "held":
      return `the table ${name} is held: ${reason}, or run npm run local with --allow-deletes ${name}`;
    case "failed":
    case "refused":
      return `the table ${name} is ${kind}: ${reason}`;
    case "absent":
      return `the table ${name} is absent from the source: ${reason}. Create it again or give the right to read it back, or take the table out of the model`;
    case "quarantine":
      return `the table ${name} is in quarantine: ${reason}`;
    case "rejected":
      return `${rowsText(rows)} of the table ${name} ${rows === 1 ? "was" : "were"} rejected, ${rows === 1 ? "" : "each "}with its reason in ${paths.map(fileOf).join(", ")}`;
    case "waiting":
      return `${rowsText(rows)} of the warehouse table ${name} ${rows === 1 ? "waits" : "wait"}: ${reason}`;
    case "mart":
      return `the mart ${name} is not as it is declared: ${reason}`;
  }
}

const rowsText = (rows: number): string => `${rows} ${rows === 1 ? "row" : "rows"}`;

/** The tables of the source whose rows in the lake are missing or old. */
function notCaptured({ tables, refused }: Pick<IngestCommit, "tables" | "refused">): Missing[] {
  return [
    ...Object.entries(tables).flatMap(([name, { mode, held }]): Missing[] =>
      mode === "held" || mode === "failed" ? [{ kind: mode, name, reason: held?.reason ?? "" }] : [],
    ),
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

/** The rejected rows by table. `rejectedRows` of process defines the keys of the files. */
export function rejectedRows(
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
  return [...tables].map(([name, { rows, paths }]) => ({
    kind: "rejected",
    name,
    reason: "the file has the reason of each row",
    rows,
    paths,
  }));
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
