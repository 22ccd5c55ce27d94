import { keyTextsOf, type KeyText } from "../../../domain/formats/csv/key-texts";
import type { TableFeed } from "../../../domain/model/joined-feeds";
import type { MissingRows } from "../../../domain/transform/missing-rows";
import type { Rejections } from "../../../domain/transform/rejection";
import type { CommittedBatch } from "../batches";

/** A row of a source table that was made anew for a warehouse table, in the step of an ingest commit. */
export interface RemadeRow {
  readonly table: string;
  readonly target: string;
  readonly key: KeyText;
  readonly commit: number;
}

/** Collects the rows of joined tables that were made anew and may have been missing. */
export interface RemadeRows {
  /** Notes rows that were made anew; those that were rejected may be made anew by a later commit of the run. */
  note(fed: TableFeed, made: CommittedBatch, rejections: Rejections): void;
  readonly rows: readonly RemadeRow[];
}

/** Rows that a run itself rejected are looked for up to this number: more of them stay missing. */
const MOST_REJECTED = 100_000;

export function remadeRows(missing: MissingRows): RemadeRows {
  const rows: RemadeRow[] = [];
  const rejected = new Set<string>();
  return {
    rows,
    note: ({ table: { name: target }, feed: { source } }, { batch, commit }, rejections) => {
      const table = source.name;
      if (rejections.size === 0 && rejected.size === 0 && !missing.follows(table)) return;
      const keyOf = keyTextsOf(batch, source);
      for (let row = 0; row < batch.numRows; row++) {
        const key = keyOf(row);
        const name = JSON.stringify([table, key]);
        if (rejections.has(row)) {
          if (rejected.size < MOST_REJECTED) rejected.add(name);
        } else if (missing.lacks(table, key) || rejected.has(name)) rows.push({ table, target, key, commit });
      }
    },
  };
}
