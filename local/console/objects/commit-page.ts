import { describeSchemas } from "../../../domain/capture/source-schemas";
import {
  ingestCommit,
  processCommit,
  type IngestCommit,
  type ProcessCommit,
} from "../../../domain/log/commit";
import type { CommitPage } from "../api";

/**
 * A commit as a table of its tables.
 * @param prefix the prefix of the keys that the commit names, in their bucket
 * @returns undefined when the JSON is not a commit
 */
export function commitPage(json: unknown, prefix: string): CommitPage | undefined {
  const ingested = ingestCommit.safeParse(json);
  if (ingested.success) return ingestPage(ingested.data, prefix);
  const processed = processCommit.safeParse(json);
  return processed.success ? processPage(processed.data, prefix) : undefined;
}

function ingestPage(commit: IngestCommit, prefix: string): CommitPage {
  const { number, lake, createdAt, capturedAt, source, snapshot, tables, refused } = commit;
  return {
    kind: "commit",
    facts: [
      ["commit", String(number)],
      ["made at", createdAt],
      ...(capturedAt === undefined ? [] : [["captured at", capturedAt] as const]),
      ["lake", lake],
      [
        "source",
        `${source.database}, ${describeSchemas([source.schema, ...(source.moreSchemas ?? [])])}, on PostgreSQL ${source.server}`,
      ],
      ["snapshot", snapshot],
      ...Object.entries(refused).map(([name, { reason }]) => [`not ingested: ${name}`, reason] as const),
    ],
    tables: Object.entries(tables).map(([table, { mode, rows, deleted, files, held, absent }]) => ({
      table,
      what: [mode, held?.reason ?? absent ?? ""].filter(Boolean).join(": "),
      rows,
      deleted: deleted.rows,
      files: below(prefix, [...files, ...deleted.files]),
    })),
  };
}

function processPage(commit: ProcessCommit, prefix: string): CommitPage {
  const { number, lake, createdAt, capturedAt, model, calendar, tables, quarantine, rejected } = commit;
  return {
    kind: "commit",
    facts: [
      ["commit", String(number)],
      ["made at", createdAt],
      ["captured at", capturedAt],
      ["lake", lake],
      ["model", `version ${model.version}`],
      ["calendar", `${calendar.first} to ${calendar.last}`],
      ...Object.entries(quarantine).map(
        ([table, { since, breaches }]) =>
          [`in quarantine: ${table}`, `since commit ${since}: ${breaches.join("; ")}`] as const,
      ),
    ],
    tables: [
      ...Object.entries(tables).map(([table, { rows, deleted, parts }]) => ({
        table,
        what: parts.some(({ recapture }) => recapture) ? "recapture" : "",
        rows,
        deleted,
        files: below(
          prefix,
          parts.flatMap(({ files, tombstones }) => [...files, ...tombstones]),
        ),
      })),
      ...(rejected.rows === 0
        ? []
        : [
            {
              table: "rejected rows",
              what: "",
              rows: rejected.rows,
              deleted: 0,
              files: below(prefix, rejected.files),
            },
          ]),
    ],
  };
}

const below = <T extends { readonly key: string }>(prefix: string, files: readonly T[]): T[] =>
  files.map((file) => ({ ...file, key: `${prefix}${file.key}` }));
