/**
 * The input for a draft of a model: the tables of a source as its catalogue describes them.
 *
 * A *draft* is a set of TypeScript files that declare source contracts, dimensions and facts. It compiles and runs
 * unchanged; a comment marks each decision that a person has to make.
 */
export interface DraftTable {
  readonly name: string;
  readonly columns: readonly DraftColumn[];
  /** The columns of the primary key, in its order; empty when the table has none. */
  readonly key: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** The text of `COMMENT ON TABLE`. */
  readonly comment?: string;
}

export interface DraftColumn {
  readonly name: string;
  /** As `format_type()` prints it; `enum …` for an enumeration, the base type for a domain. */
  readonly type: string;
  readonly nullable: boolean;
}

/** Columns that hold the key of another table. */
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
  /** The role of each table, sorted by name. */
  readonly decisions: readonly Decision[];
  /** The open questions, as sentences. */
  readonly open: readonly string[];
}

interface Decision {
  readonly table: string;
  readonly became: "fact" | "dimension" | "joined" | "left out";
  readonly because: string;
}
