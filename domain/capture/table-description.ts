import type { CatalogueColumn } from "./column-changes";

/** A table as the catalogue describes it. */
export interface TableDescription {
  readonly name: string;
  readonly storage: string;
  readonly key: readonly string[];
  /** See `TableCapture`. */
  readonly unique?: readonly (readonly string[])[];
  readonly columns: readonly CatalogueColumn[];
}
