import type Big from "big.js";
import type { ColumnType, Kind } from "./types";

/**
 * Values in the form that functions of a model receive and return. Days and times are texts as PostgreSQL prints them
 * (`2024-02-29`, `14:20:52.123`, `2024-02-29 14:20:52.123`): exact, and ordered like the values.
 */
interface Values {
  readonly integer: number;
  readonly bigint: bigint;
  readonly text: string;
  readonly boolean: boolean;
  readonly date: string;
  readonly time: string;
  readonly timestamp: string;
  readonly timestamptz: string;
  /** Exact; see big.js. */
  readonly decimal: Big;
  readonly real: number;
  readonly double: number;
  /** As PostgreSQL prints bytes: `\\x` and two hexadecimal digits each. */
  readonly bytea: string;
  /** A JSON text. */
  readonly json: string;
  readonly jsonb: string;
  /** In ISO 8601: `P1DT2H`. */
  readonly interval: string;
  /** `{1,NULL}` */
  readonly array: string;
}

/** The result of a function for a column of a type. A decimal may also be the text of a number. */
interface Results extends Omit<Values, "decimal" | "bigint"> {
  readonly bigint: bigint | number;
  readonly decimal: Big | number | string;
}

/** A value in a declaration, as plain data. */
interface Literals extends Omit<Values, "decimal" | "bigint"> {
  readonly bigint: bigint | number;
  /** `"0.00"` */
  readonly decimal: string;
}

export type ValueOf<Type extends ColumnType> = Values[Type["kind"]];
export type ResultOf<Type extends ColumnType> = Results[Type["kind"]];
export type LiteralOf<Type extends ColumnType> = Literals[Type["kind"]];

/** A value of some column. */
export type AnyValue = Values[Kind];
/** A value in some declaration. */
export type Literal = Literals[Kind];
