/** The effect of a source row on a warehouse row. */
export type Outcome =
  /** A row with this content, from `contentOf`. */
  | { readonly kind: "present"; readonly content: string; readonly refers: readonly Reference[] }
  /** It breaks its contract, so an earlier version stays. */
  | { readonly kind: "rejected" }
  /** A condition or a join excludes it. An earlier version of a fact then counts as deleted. */
  | { readonly kind: "absent"; readonly rejected: boolean };

/** A reference to the row of a dimension with this key. */
export interface Reference {
  readonly to: string;
  readonly key: string;
  /** The values of these columns while that row is missing. Without them, the row waits. */
  readonly instead?: { readonly places: readonly number[]; readonly texts: readonly string[] };
}

export interface ObservedRow {
  /** The source table of the row. */
  readonly source: string;
  /** The key of its row, which identifies it. */
  readonly sourceKey: string;
  /** True if it is also made from rows of other tables. It then gets a new version only if its content changes. */
  readonly joined: boolean;
  /** True if the source row was written since the previous commit. */
  readonly isNew: boolean;
  readonly outcome: Outcome;
}

/** A row of a source that cannot be read at all. */
interface UnreadableRow {
  readonly source: string;
  readonly sourceKey: string;
  readonly isNew: boolean;
  /** The number of its rejections at a capture. */
  readonly times: number;
}

/** A state of the source, as the warehouse must see it. */
export interface Observation {
  /** The rows by warehouse table and key. A table follows the tables to which it refers. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, ObservedRow>>;
  readonly unreadable: readonly UnreadableRow[];
  /** The rows of each source table, sorted, as the mirror must have them. */
  readonly mirror: ReadonlyMap<string, readonly string[]>;
  /** The source tables that were rewritten or changed their columns. All their rows may be captured again. */
  readonly reshaped: ReadonlySet<string>;
}

/** All columns of a row, as SQL for a text that does not depend on their order. */
export const mirroredRow = (alias: string): string => `to_jsonb(${alias})::text`;

/** The texts of a row, or of a key, as one text. */
export const contentOf = (texts: readonly (string | null)[]): string => JSON.stringify(texts);

/** The same, over an array of texts that PostgreSQL prints as JSON. */
export const contentFrom = (printed: string): string => contentOf(JSON.parse(printed) as (string | null)[]);
