import type { IngestCommit, ProcessCommit } from "../../../../domain/log/commit";
import type { SourceStatus } from "../../../../domain/log/source-status";
import { sourceStatuses } from "../../../../domain/log/source-statuses";
import { model } from "../../../../domain/declarations";
import { contractsOf } from "../../../../domain/model/model";
import type { TableBehind } from "../../api";
import { tableRemedy } from "./table-remedy";
import { valueNamed } from "../../../../domain/log/by-name";

/** The newest commit of each log; undefined before the first. */
interface Heads {
  readonly ingested: IngestCommit | undefined;
  readonly processed: ProcessCommit | undefined;
}

/**
 * The state of every table of the source, by name. The newest ingest commit says what is captured, and the newest process
 * commit what is processed.
 */
export function sourceTables({ ingested, processed }: Heads): ReadonlyMap<string, SourceStatus> {
  if (ingested === undefined) return new Map();
  const statuses = sourceStatuses(ingested, processed, {
    quarantine: processed?.quarantine ?? {},
  });
  const processedNow = processed?.number === ingested.number;
  return new Map(
    Object.entries(statuses).map(([name, status]) => {
      const known = valueNamed(processed?.sources, name);
      // Later captures than those of the newest process commit are not processed yet.
      const asOf = processedNow ? (known?.asOf ?? status.asOf) : (known?.asOf ?? null);
      return [name, { ...status, asOf }];
    }),
  );
}

/** The tables that are behind, sorted by name. */
export function tablesBehind(heads: Heads): readonly TableBehind[] {
  return [...sourceTables(heads)].flatMap(([name, status]) => behindOf(name, status) ?? []).sort(byTable);
}

/** The tables of the source that the model reads. */
const READ: ReadonlySet<string> = new Set(contractsOf(model).keys());

/**
 * The problem of a table and its remedy; undefined when the warehouse has all that it can have. A missing table that the
 * model does not read makes no warehouse table old.
 */
export function behindOf(table: string, { state, since, reason }: SourceStatus): TableBehind | undefined {
  if (state === "current" || (state === "absent" && !READ.has(table))) return undefined;
  return { table, state, since, reason: reason ?? "no reason was given", todo: tableRemedy(table, state) };
}

const byTable = (a: { readonly table: string }, b: { readonly table: string }): number =>
  a.table < b.table ? -1 : 1;
