import { releaseRemedy } from "../remedies";

/** The limits for deletes between two runs. Beyond them, a person must confirm. */
export interface DeleteGuard {
  /** The share of the table's rows, 0 to 1. */
  readonly maxShare: number;
  /** Tables whose deletes a person has allowed. */
  readonly allowed: ReadonlySet<string>;
}

/** This many deletes are never suspicious, unless they empty the table. */
const FEW_DELETES = 20;

/** Returns why the deletes of a table must wait for a person; undefined when they may pass. */
export function guardDeletes(
  guard: DeleteGuard,
  table: { name: string; previous: number; total: number; deleted: number },
): string | undefined {
  const { name, previous, total, deleted } = table;
  if (deleted === 0 || guard.allowed.has(name)) return undefined;
  const many = deleted > FEW_DELETES && deleted > previous * guard.maxShare;
  if (!many && total > 0) return undefined;
  const what = total === 0 ? "the table was emptied" : `${deleted} of ${previous} rows were deleted`;
  return `${what}; if that is right, ${releaseRemedy(name)}`;
}
