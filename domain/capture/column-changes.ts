/** A column of a source table, as the catalogue describes it. */
export interface CatalogueColumn {
  readonly name: string;
  /** As `format_type()` prints it, `enum ` before an enumerated type. */
  readonly type: string;
  /** Its number in the table, which stays when it is renamed and is never given again. */
  readonly number?: number | undefined;
  /** Of an enumerated type, and of arrays and ranges of one: its values, the oldest first. */
  readonly labels?: readonly string[] | undefined;
  /** Of a composite type, and of arrays and domains of one: what its values are made of, at any depth. */
  readonly attributes?: readonly CompositeAttribute[] | undefined;
  /** Of a virtual generated column: its expression. */
  readonly generated?: string | undefined;
  /** May it be NULL? Commits made before it was kept do not say. */
  readonly nullable?: boolean | undefined;
  /** What COMMENT ON COLUMN says. */
  readonly comment?: string | undefined;
}

/** An attribute of a composite type. */
export interface CompositeAttribute {
  /** The numbers of the attributes that lead to it: `.1.3`; `[]` where there is an array, `~` a range. */
  readonly path: string;
  /** As `CatalogueColumn.type`. */
  readonly type: string;
  readonly labels?: readonly string[] | undefined;
}

/** How the columns of a table changed, as texts for the log. */
export interface ColumnChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** `old → new` */
  readonly renamed: readonly string[];
  /** `name: old type → new type` */
  readonly retyped: readonly string[];
}

/**
 * Compares the columns of a table with those at its last capture. A column is the same when its number
 * is, so that one that was dropped and added again, or two that changed names, are distinguished.
 */
export function columnChanges(
  before: readonly CatalogueColumn[],
  now: readonly CatalogueColumn[],
): ColumnChanges {
  const numbered = [...before, ...now].every(({ number }) => number !== undefined);
  const identity = (column: CatalogueColumn): string | number =>
    numbered ? (column.number ?? 0) : column.name;
  const was = new Map(before.map((column) => [identity(column), column]));
  const is = new Set(now.map(identity));
  const kept = now.flatMap((column) => {
    const earlier = was.get(identity(column));
    return earlier === undefined ? [] : [{ earlier, column }];
  });
  return {
    added: now.filter((column) => !was.has(identity(column))).map(({ name }) => name),
    removed: before.filter((column) => !is.has(identity(column))).map(({ name }) => name),
    renamed: kept
      .filter(({ earlier, column }) => earlier.name !== column.name)
      .map(({ earlier, column }) => `${earlier.name} → ${column.name}`),
    retyped: kept
      .filter(({ earlier, column }) => printsOtherwise(earlier, column))
      .map(({ earlier, column }) => `${column.name}: ${earlier.type} → ${column.type}`),
  };
}

/** Can a value have another text now without a write? */
const printsOtherwise = (was: CatalogueColumn, is: CatalogueColumn): boolean =>
  was.type !== is.type ||
  was.generated !== is.generated ||
  relabelled(was.labels, is.labels) ||
  recomposed(was.attributes, is.attributes);

/**
 * A value that was renamed (ALTER TYPE … RENAME VALUE) changes rows without touching them; one more does not. An
 * earlier commit may not say the values: what became of them since is not known.
 */
const relabelled = (was: CatalogueColumn["labels"], is: CatalogueColumn["labels"]): boolean =>
  is !== undefined && (was === undefined || was.some((label, index) => is[index] !== label));

/** A composite value is printed without the names of its attributes: one that was renamed changes no text. */
function recomposed(was: CatalogueColumn["attributes"], is: CatalogueColumn["attributes"]): boolean {
  if (is === undefined) return false;
  if (was?.length !== is.length) return true;
  return is.some(({ path, type, labels }, index) => {
    const before = was[index];
    return before?.path !== path || before.type !== type || relabelled(before.labels, labels);
  });
}

/**
 * Do the rows of the table say something else now, although nothing touched them? `ADD COLUMN … DEFAULT`
 * leaves every row as it is, and so do a new name and many a new type; only a dropped column adds nothing.
 */
export const changesRows = ({ added, renamed, retyped }: ColumnChanges): boolean =>
  added.length + renamed.length + retyped.length > 0;

/** Did anything change? */
export const hasChanges = (changes: ColumnChanges): boolean =>
  changesRows(changes) || changes.removed.length > 0;
