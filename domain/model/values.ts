import type Big from "big.js";
import type { ColumnType, Kind } from "./types";

/**
 * Values as functions of a model get and give them. Days and times are the texts that PostgreSQL prints
 * (`2024-02-29`, `14:20:52.123`, `2024-02-29 14:20:52.123`): exact, and in order when they are compared.
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
}

/** What a function may give for a column of a type: a decimal also as the text of a number. */
interface Results extends Omit<Values, "decimal" | "bigint"> {
  readonly bigint: bigint | number;
  readonly decimal: Big | number | string;
}

/** A value in a declaration. It is plain data. */
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
/** What some function gave. */
export type AnyResult = Results[Kind];
/** A value in some declaration. */
export type Literal = Literals[Kind];
