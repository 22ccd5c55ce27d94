/** What a row of a source makes of a row of the warehouse. */
export type Outcome =
  /** A row with this content, as `contentOf` writes it. */
  | { readonly kind: "present"; readonly content: string; readonly refers: readonly Reference[] }
  /** It breaks its contract: an earlier version stays. */
  | { readonly kind: "rejected" }
  /** A condition or a join leaves it out: an earlier version of a fact counts as deleted. */
  | { readonly kind: "absent"; readonly rejected: boolean };

/** A row refers to the row of a dimension with this key. */
export interface Reference {
  readonly to: string;
  readonly key: string;
  /** What the columns at these places say while that row is missing; without it the row waits. */
  readonly instead?: { readonly places: readonly number[]; readonly texts: readonly string[] };
}

export interface ObservedRow {
  /** The source table that the row comes from. */
  readonly source: string;
  /** The key of its row there, which tells it from the others. */
  readonly sourceKey: string;
  /** Is it made from rows of other tables too? Then it has a new version only when its content is another. */
  readonly joined: boolean;
  /** Was the source's row written since the commit before? */
  readonly isNew: boolean;
  readonly outcome: Outcome;
}

/** A row of a source that cannot be read at all. */
export interface UnreadableRow {
  readonly source: string;
  readonly sourceKey: string;
  readonly isNew: boolean;
  /** How often it is rejected when it is captured. */
  readonly times: number;
}

/** A state of the source, as the warehouse must see it. */
export interface Observation {
  /** By warehouse table and key; a table comes behind those that it refers to. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, ObservedRow>>;
  readonly unreadable: readonly UnreadableRow[];
  /** The source tables that were rewritten or got other columns: all their rows may be captured again. */
  readonly reshaped: ReadonlySet<string>;
}

/** The texts of a row, or of a key, as one text. */
export const contentOf = (texts: readonly (string | null)[]): string => JSON.stringify(texts);

/** The same of what PostgreSQL prints of an array of texts as JSON. */
export const contentFrom = (printed: string): string => contentOf(JSON.parse(printed) as (string | null)[]);
