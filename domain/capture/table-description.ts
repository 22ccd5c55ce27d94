import type { CatalogueColumn } from "./column-changes";

/** A table as the catalogue describes it. */
export interface TableDescription {
  /** In the lake, see `nameInLake`. */
  readonly name: string;
  /** In SQL: quoted, with its schema. */
  readonly relation: string;
  readonly storage: string;
  /** The text of COMMENT ON TABLE. */
  readonly comment?: string;
  readonly key: readonly string[];
  /** See `TableCapture`. */
  readonly unique?: readonly (readonly string[])[];
  readonly columns: readonly CatalogueColumn[];
  /** The types in its columns whose texts contain names of other objects: `regclass`, `aclitem`. */
  readonly naming?: readonly string[];
  /** Set for a table with such columns. */
  readonly names?: NamesInTexts;
}

/** The names of objects that the texts of a table's rows may contain. */
export interface NamesInTexts {
  /** `last:digest`, for the next capture: the number of the last object, and a digest of all names up to it. */
  readonly text: string;
  /** True if an object that the previous capture knew was renamed or dropped. */
  readonly changed: boolean;
}
