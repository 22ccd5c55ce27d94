import { columnChanges } from "./column-changes";
import { valueNamed } from "../log/by-name";
import { captureOf, type IngestCommit, type TableCapture } from "../log/commit";

/** What is new in a table's schema in one commit. The ingestion log is the schema registry. */
export interface SchemaEntry {
  readonly commit: number;
  /** When the commit was made, ISO 8601. */
  readonly at: string;
  /** A sentence for each change. */
  readonly changes: readonly string[];
}

/**
 * Compares the schema of a table in a commit with that in the previous commit.
 * @returns undefined when nothing changed
 */
export function schemaEntry(
  table: string,
  commit: IngestCommit,
  before: IngestCommit | undefined,
): SchemaEntry | undefined {
  const changes = [
    ...captureChanges(captureOf(before, table), captureOf(commit, table)),
    ...refusalChanges(refusalOf(before, table), refusalOf(commit, table)),
  ];
  return changes.length === 0 ? undefined : { commit: commit.number, at: commit.createdAt, changes };
}

const refusalOf = (commit: IngestCommit | undefined, table: string): string | undefined =>
  valueNamed(commit?.refused, table)?.reason;

function refusalChanges(was: string | undefined, is: string | undefined): string[] {
  if (was === is) return [];
  return [is === undefined ? "it is no longer refused" : `it is not ingested: ${is}`];
}

function captureChanges(was: TableCapture | undefined, is: TableCapture | undefined): string[] {
  if (is === undefined) return [];
  if (was === undefined) {
    const columns = is.columns.map(({ name, type }) => `${name} ${type}`).join(", ");
    return [`first seen: ${columns}; ${keyOf(is)}`];
  }
  if (is.mode === "absent")
    return was.mode === "absent" && was.absent === is.absent ? [] : [`absent: ${is.absent ?? ""}`];
  const { added, removed, renamed, retyped } = columnChanges(was.columns, is.columns);
  const typeOf = (name: string): string => is.columns.find((column) => column.name === name)?.type ?? "";
  return [
    ...(was.mode === "absent" ? ["it is back"] : []),
    ...added.map((name) => `added ${name} ${typeOf(name)}`),
    ...removed.map((name) => `removed ${name}`),
    ...renamed.map((names) => `renamed ${names}`),
    ...retyped.map((types) => `retyped ${types}`),
    ...(JSON.stringify(was.key) === JSON.stringify(is.key) ? [] : [keyOf(is)]),
  ];
}

const keyOf = ({ key }: TableCapture): string =>
  key.length === 0 ? "no primary key" : `primary key (${key.join(", ")})`;
