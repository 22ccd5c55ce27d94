import type { CatalogueColumn } from "../../capture/column-changes";
import { ARRAY_SUFFIX } from "../../model/source-types";
import { bigint, boolean, double, integer, real, text, type ColumnType } from "../../model/types";

/** The types of a source column in its mirror. */
interface MirrorType {
  /** The type in the warehouse, as PostgreSQL writes it. */
  readonly warehouse: string;
  /** The type in a batch and in Parquet: one that stores every value exactly, or the text that PostgreSQL prints. */
  readonly lake: ColumnType;
}

/** The types whose every value a batch stores. `date` is missing, because it may be `infinity`. */
const EXACT: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ["smallint", integer],
  ["integer", integer],
  ["bigint", bigint],
  ["boolean", boolean],
  ["real", real],
  ["double precision", double],
]);

/** A modifier: `(3)`, `(10,2)`. */
const MODIFIER = String.raw`(\(\d+(,\d+)?\))?`;

/**
 * The types that every supported PostgreSQL has, and whose text represents the value exactly. An enumeration, a
 * composite type and a type of an extension may not exist in the warehouse. A `regclass` names an object of the source.
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

/** A negative scale, or a scale above the precision, which PostgreSQL 14 and earlier do not support. */
function isUnusual(type: string): boolean {
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  return scale !== undefined && (Number(scale) < 0 || Number(scale) > Number(precision));
}

/** The types of a column in the mirror. The catalogue has already resolved domains to their base types. */
export function mirrorType({ type, labels, attributes }: CatalogueColumn): MirrorType {
  const lake = EXACT.get(type);
  if (lake !== undefined) return { warehouse: type, lake };
  const array = ARRAY_SUFFIX.test(type) ? "[]" : "";
  const element = type.replace(ARRAY_SUFFIX, "");
  if (isUnusual(element)) return { warehouse: `numeric${array}`, lake: text };
  if (SHARED.test(element)) return { warehouse: type, lake: text };
  // An array of an enumeration becomes an array of texts. Other element types are not known.
  const isEnumArray = array !== "" && labels !== undefined && attributes === undefined;
  return { warehouse: isEnumArray ? "text[]" : "text", lake: text };
}
