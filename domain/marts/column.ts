/**
 * The type of a value of a mart, independent of the type in the warehouse; a prepared warehouse may use other types.
 */
export type MartType = "text" | "integer" | "decimal" | "date" | "timestamp" | "boolean";

/** A column of a mart. */
export interface MartColumn {
  readonly type: MartType;
  /** Its meaning, and its unit. */
  readonly meaning: string;
  /**
   * True if a 0 comes from rows that exist, such as a key, an attribute or an average. By default, a report shows a 0 over
   * a table that is behind or lacks rows as not known, because a sum or a count may be 0 only for want of rows.
   */
  readonly zeroIsKnown?: boolean;
}

const column =
  (type: MartType) =>
  (meaning: string, more: Pick<MartColumn, "zeroIsKnown"> = {}): MartColumn => ({ type, meaning, ...more });

export const text = column("text");
export const integer = column("integer");
export const decimal = column("decimal");
export const date = column("date");
/** A point in time. The source's clock has no time zone, the platform's clock has one. */
export const timestamp = column("timestamp");
export const boolean = column("boolean");
