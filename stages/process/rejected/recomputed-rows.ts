import { keyTextsOf, type KeyText } from "../../../domain/formats/csv/key-texts";
import type { TableFeed } from "../../../domain/model/joined-feeds";
import type { MissingRows } from "../../../domain/transform/missing-rows";
import type { Rejections } from "../../../domain/transform/rejection";
import type { SourceBatch } from "../../../domain/formats/csv/decoder";
import type { CommitNumber } from "../../../domain/log/keys";

/** A row of a source table whose row in a warehouse table was recomputed for an ingest commit. */
interface RecomputedRow {
  readonly table: string;
  readonly target: string;
  readonly key: KeyText;
  readonly commit: number;
}

/** Collects the recomputed rows of joined tables that may have been missing. */
export interface RecomputedRows {
  /** Records recomputed rows. A later commit of the run may recompute a rejected row. */
  record(
    fed: TableFeed,
    source: SourceBatch & { readonly commit: CommitNumber },
    rejections: Rejections,
  ): void;
  readonly rows: readonly RecomputedRow[];
}

/** How many rejected rows of this run are tracked. Rows beyond that number stay missing. */
const MOST_REJECTED = 100_000;

export function recomputedRows(missing: MissingRows): RecomputedRows {
  const rows: RecomputedRow[] = [];
  const rejected = new Set<string>();
  return {
    rows,
    record: ({ table: { name: target }, feed: { source } }, { batch, commit }, rejections) => {
      const table = source.name;
      if (rejections.size === 0 && rejected.size === 0 && !missing.lacksAny(table)) return;
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
