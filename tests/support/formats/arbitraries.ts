import fc from "fast-check";
import type { Value } from "../../../domain/formats/columnar/read";
import { printedBytes } from "../../../domain/formats/hex";
import type { ColumnType } from "../../../domain/model/types";
import { printed as printedValue, type Columns, type Row } from "./columnar";

/** Generators of fast-check for the tests of the domain. */

/** Any text that PostgreSQL can store, often with quotes, commas, line ends and characters of several bytes. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", '"', ",", "\n", "\r", "\\", "'", "é", "漢", "😀", " ", "\t", "\ufeff"),
  }),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, "?")),
);

/** Microseconds since 1970 of the first and the last moment with a year of four digits. */
const FIRST_MOMENT = BigInt(Date.parse("0001-01-01T00:00:00Z")) * 1000n;
const LAST_MOMENT = BigInt(Date.parse("9999-12-31T23:59:59.999Z")) * 1000n + 999n;
const DAY_US = 86_400_000_000n;

/** A number where it is exact, as columns are read. */
const exact = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Any value of a type, as plain data. */
export function anyValue(type: ColumnType): fc.Arbitrary<NonNullable<Value>> {
  switch (type.kind) {
    case "integer":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "bigint":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "text":
      return anyText;
    case "boolean":
      return fc.boolean();
    case "date":
      return fc.integer({ min: Number(FIRST_MOMENT / DAY_US), max: Number(LAST_MOMENT / DAY_US) });
    case "time":
      return fc.bigInt({ min: 0n, max: DAY_US - 1n }).map(Number);
    case "timestamp":
    case "timestamptz":
      return fc.bigInt({ min: FIRST_MOMENT, max: LAST_MOMENT }).map(exact);
    case "real":
      return fc.float();
    case "double":
      return fc.double();
    case "bytea":
      return fc.uint8Array({ maxLength: 40 }).map(printedBytes);
    case "decimal": {
      const most = 10n ** BigInt(type.precision) - 1n;
      return fc.bigInt({ min: -most, max: most });
    }
    case "json":
    case "jsonb":
      return fc.json();
    case "interval":
      return fc.tuple(fc.integer(), fc.integer()).map(([months, days]) => `P${months}M${days}D`);
    case "array":
      return fc
        .array(anyValue(type.element))
        .map(
          (values) =>
            `{${values.map((value) => quoted(printedValue({ type: type.element, nullable: false }, value) ?? "")).join(",")}}`,
        );
  }
}

const quoted = (element: string): string => `"${element.replaceAll(/["\\]/g, "\\$&")}"`;

/** Any row of a table; a nullable column is NULL now and then. */
export const anyRow = (columns: Columns): fc.Arbitrary<Row> =>
  fc.tuple(
    ...Object.values(columns).map(({ type, nullable }) => {
      const value: fc.Arbitrary<Value> = anyValue(type);
      return nullable ? fc.option(value, { freq: 4 }) : value;
    }),
  );

/** The sizes of the chunks of a stream, repeated to its end. */
export const anySizes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 200 }), {
  minLength: 1,
  maxLength: 5,
});
