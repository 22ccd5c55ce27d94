import type { Model } from "../../domain/model/model";

/** A small database of a shape that developers know, with a model of it. */
export interface Example {
  readonly name: string;
  /** The file that makes and fills its tables. */
  readonly schema: string;
  readonly model: Model;
  /** The rows of each warehouse table in the order of its columns, as SQL over the source. */
  readonly expected: Readonly<Record<string, string>>;
  /** Statements that change the source, by what they do. */
  readonly changes: Readonly<Record<string, string>>;
}
