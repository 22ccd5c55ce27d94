import type { CatalogueColumn } from "./column-changes";

/** A table as the catalogue describes it. */
export interface TableDescription {
  readonly name: string;
  readonly storage: string;
  /** What COMMENT ON TABLE says. */
  readonly comment?: string;
  readonly key: readonly string[];
  /** See `TableCapture`. */
  readonly unique?: readonly (readonly string[])[];
  readonly columns: readonly CatalogueColumn[];
  /** The types in its columns whose texts have names of other objects in them: `regclass`, `aclitem`. */
  readonly naming?: readonly string[];
  /** Of a table with such columns. */
  readonly names?: NamesInTexts;
}

/** The names that the texts of a table's rows may have in them. */
export interface NamesInTexts {
  /** `last:digest`, for the next capture: the number of the last object, and a digest of all names up to it. */
  readonly text: string;
  /** Was one of those that the capture before knew renamed or dropped? */
  readonly changed: boolean;
}
