import type { CatalogueColumn } from "../../capture/column-changes";
import { bigint, boolean, integer, text, type ColumnType } from "../../model/types";

/** What a column of a source table is in its mirror. */
export interface MirrorType {
  /** In the warehouse, as PostgreSQL writes it. */
  readonly warehouse: string;
  /** In a batch and in Parquet: a type that keeps every value exactly, or the text that PostgreSQL prints. */
  readonly lake: ColumnType;
}

/** The types whose every value a batch keeps. `date` is not among them, for it may be `infinity`. */
const EXACT: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ["smallint", integer],
  ["integer", integer],
  ["bigint", bigint],
  ["boolean", boolean],
]);

/** A modifier: `(3)`, `(10,2)`. */
const MODIFIER = String.raw`(\(\d+(,\d+)?\))?`;

/**
 * The types that every supported PostgreSQL has, and whose text says the value exactly. An enumeration, a composite
 * type and a type of an extension may not exist in the warehouse; a `regclass` names an object of the source.
 */
const SHARED = new RegExp(
  `^(${[
    "smallint|integer|bigint|oid|real|double precision|money|boolean|uuid|jsonb?|bytea|text",
    `numeric${MODIFIER}|character varying${MODIFIER}|character${MODIFIER}|bpchar|bit${MODIFIER}|bit varying${MODIFIER}`,
    `date|(time|timestamp)${MODIFIER} with(out)? time zone|interval( [a-z ]+)?${MODIFIER}`,
    "inet|cidr|macaddr8?|tsvector|tsquery|pg_lsn",
    "point|line|lseg|box|path|polygon|circle",
    "int4range|int8range|numrange|tsrange|tstzrange|daterange",
  ].join("|")})$`,
);

const ARRAY = /\[\]$/;

/** Digits before the point that are rounded, or more places than digits: PostgreSQL 14 and earlier know neither. */
function isUnusual(type: string): boolean {
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  return scale !== undefined && (Number(scale) < 0 || Number(scale) > Number(precision));
}

/** What a column is in the mirror. A domain is its base type already. */
export function mirrorType({ type, labels, attributes }: CatalogueColumn): MirrorType {
  const lake = EXACT.get(type);
  if (lake !== undefined) return { warehouse: type, lake };
  const array = ARRAY.test(type) ? "[]" : "";
  const element = type.replace(ARRAY, "");
  if (isUnusual(element)) return { warehouse: `numeric${array}`, lake: text };
  if (SHARED.test(element)) return { warehouse: type, lake: text };
  // An array of an enumeration holds texts; one of anything else cannot be known to.
  const isEnumArray = array !== "" && labels !== undefined && attributes === undefined;
  return { warehouse: isEnumArray ? "text[]" : "text", lake: text };
}
