/** What a value of a mart is, whatever type the warehouse has for it: a prepared one may have its own. */
export type MartType = "text" | "integer" | "decimal" | "date" | "timestamp" | "boolean";

/** A column of a mart. */
export interface MartColumn {
  readonly type: MartType;
  /** Its meaning, and its unit. */
  readonly meaning: string;
}

const column =
  (type: MartType) =>
  (meaning: string): MartColumn => ({ type, meaning });

export const text = column("text");
export const integer = column("integer");
export const decimal = column("decimal");
export const date = column("date");
/** A point in time; the source's clock has no time zone, that of the platform has. */
export const timestamp = column("timestamp");
export const boolean = column("boolean");
