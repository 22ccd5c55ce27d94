/** A column of a source table, as the catalogue describes it. */
export interface CatalogueColumn {
  readonly name: string;
  /** As `format_type()` prints it, with `enum ` before an enumerated type. */
  readonly type: string;
  /** Its number in the table. It survives a rename and is never reused. */
  readonly number?: number | undefined;
  /** The values of an enumerated type, the oldest first; also of arrays and ranges of one. */
  readonly labels?: readonly string[] | undefined;
  /** The attributes of a composite type, at any depth; also of arrays and domains of one. */
  readonly attributes?: readonly CompositeAttribute[] | undefined;
  /** The expression of a virtual generated column. */
  readonly generated?: string | undefined;
  /** True if it may be NULL. Missing in commits made before this was recorded. */
  readonly nullable?: boolean | undefined;
  /** The text of COMMENT ON COLUMN. */
  readonly comment?: string | undefined;
}

/** An attribute of a composite type. */
interface CompositeAttribute {
  /** The numbers of the attributes that lead to it: `.1.3`. `[]` stands for an array, `~` for a range. */
  readonly path: string;
  /** As `CatalogueColumn.type`. */
  readonly type: string;
  readonly labels?: readonly string[] | undefined;
}

/** How the columns of a table changed, as texts for the log. */
interface ColumnChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** `old → new` */
  readonly renamed: readonly string[];
  /** `name: old type → new type` */
  readonly retyped: readonly string[];
}

/**
 * Compares the columns of a table with those at its last capture. A column is identified by its number, so a column
 * that was dropped and added again is recognized, and so are two columns that swapped names.
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
      .filter(({ earlier, column }) => mayPrintOtherwise(earlier, column))
      .map(({ earlier, column }) => `${column.name}: ${earlier.type} → ${column.type}`),
  };
}

/** True if a value can have another text now although no transaction wrote it. */
const mayPrintOtherwise = (was: CatalogueColumn, is: CatalogueColumn): boolean =>
  was.type !== is.type ||
  was.generated !== is.generated ||
  relabelled(was.labels, is.labels) ||
  recomposed(was.attributes, is.attributes);

/**
 * True if values of an enumerated type were renamed (ALTER TYPE … RENAME VALUE). That changes rows without a write;
 * adding a value does not. When an earlier commit lacks the values, their history is unknown.
 */
const relabelled = (was: CatalogueColumn["labels"], is: CatalogueColumn["labels"]): boolean =>
  is !== undefined && (was === undefined || was.some((label, index) => is[index] !== label));

/**
 * True if the attributes of a composite type changed. A renamed attribute changes no text, because a composite value is
 * printed without the names.
 */
function recomposed(was: CatalogueColumn["attributes"], is: CatalogueColumn["attributes"]): boolean {
  if (is === undefined) return false;
  if (was?.length !== is.length) return true;
  return is.some(({ path, type, labels }, index) => {
    const before = was[index];
    return before?.path !== path || before.type !== type || relabelled(before.labels, labels);
  });
}

/**
 * True if the rows have other values now although no transaction wrote them. `ADD COLUMN … DEFAULT` leaves every row
 * unchanged, and so do a new name and many new types. A dropped column adds nothing.
 */
export const changesRows = ({ added, renamed, retyped }: ColumnChanges): boolean =>
  added.length + renamed.length + retyped.length > 0;

/** True if any column changed. */
export const hasChanges = (changes: ColumnChanges): boolean =>
  changesRows(changes) || changes.removed.length > 0;
