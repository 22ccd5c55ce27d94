/**
 * What a draft of a model is made from: the tables of a source as its catalogue describes them.
 *
 * A *draft* is a set of TypeScript files that declare source contracts, dimensions and facts. It compiles and runs as it
 * is; a comment marks what a person has to decide.
 */
export interface DraftTable {
  readonly name: string;
  readonly columns: readonly DraftColumn[];
  /** The columns of the primary key, in its order; none where the table has no primary key. */
  readonly key: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** What `COMMENT ON TABLE` says. */
  readonly comment?: string;
}

export interface DraftColumn {
  readonly name: string;
  /** As `format_type()` prints it; `enum …` for an enumeration, the base type for a domain. */
  readonly type: string;
  readonly nullable: boolean;
}

/** Columns that hold the value of a key of another table. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly to: string;
  readonly toColumns: readonly string[];
}

/** A file of the draft. */
export interface DraftFile {
  /** Relative to the folder of the draft. */
  readonly path: string;
  readonly text: string;
}

/** The draft of a model, and what a person should know about it. */
export interface Draft {
  readonly files: readonly DraftFile[];
  /** What each table became, by its name, in the order of the names. */
  readonly decisions: readonly Decision[];
  /** What could not be guessed, as sentences. */
  readonly open: readonly string[];
}

export interface Decision {
  readonly table: string;
  readonly became: "fact" | "dimension" | "joined" | "left out";
  readonly because: string;
}
