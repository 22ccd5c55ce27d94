import { literal } from "../../../../domain/sql";
import {
  arrayOf,
  bigint,
  boolean,
  bytea,
  date,
  decimal,
  double,
  integer,
  interval,
  json,
  jsonb,
  real,
  text,
  time,
  timestamp,
  timestamptz,
  truncated,
  type ColumnType,
} from "../../../../domain/model/types";

/** A column of a source, as a contract reads it. */
export interface ColumnKind {
  /** Its type in the source. @param schema the schema of the source's types */
  readonly sql: (schema: string) => string;
  readonly type: ColumnType;
  /** The type in the source, if the contract has to name it. */
  readonly accepts?: string;
  /** SQL literals. */
  readonly values: readonly string[];
  /** The n-th value of a key, n below 8: no two are equal. */
  readonly keyValue?: (n: number) => string;
  /** The value that the contract reads, as SQL; the column itself by default. */
  readonly read?: (column: string) => string;
  /** A value that breaks the contract. If `test` is true, the row cannot be read. */
  readonly bad?: { readonly value: string; readonly test?: (column: string) => string };
  /** True if it is a day as a text. */
  readonly isDay?: true;
}

const TEXTS = [
  "",
  " ",
  "a,b",
  'say "x"',
  "line\nbreak\r\n",
  "żółć 漢字 😀",
  "\\N",
  "NULL",
  "it's",
  "trailing  ",
].map(literal);
const nth =
  (values: readonly string[]) =>
  (n: number): string =>
    values[n % values.length] ?? "NULL";

const kind = (
  sql: string,
  type: ColumnType,
  values: readonly string[],
  more: Partial<ColumnKind> = {},
): ColumnKind => ({ sql: () => sql, type, values, ...more });

const MOMENTS = [
  "2024-03-31 01:30:00",
  "2024-10-27 01:30:00.123456",
  "1999-12-31 23:59:59.999999",
  "2023-06-30 12:00:00.1",
  "0044-03-15 12:00:00 BC",
  "9999-12-31 00:00:00",
].map(literal);
const momentKey = (n: number): string => literal(`2024-02-2${n} 2${n % 4}:59:59.00000${n}`);
const TIMES = ["00:00:00", "23:59:59.999999", "12:34:56.789012", "06:00:00.5"].map(literal);
const cutTo = (column: string): string => `date_trunc('milliseconds', ${column})`;
const NUMBER = String.raw`^-?\d+(\.\d+)?(e[+-]\d+)?$`;

/** All kinds of columns. The position of a column chooses its kind. */
export const KINDS: readonly ColumnKind[] = [
  kind("integer", integer, ["0", "-7", "42", "2147483647", "-2147483648", "5", "10"], {
    keyValue: (n) => String(n * 3 - 2),
  }),
  kind("text", text, TEXTS, { keyValue: nth(TEXTS) }),
  kind("numeric(9,2)", decimal(9, 2), ["0.10", "-1234567.89", "2.50", "0", "9999999.99"], {
    keyValue: (n) => `${n - 2}.50`,
  }),
  kind("text", text, ["2024-02-29", "2023-12-31", "2025-01-01"].map(literal), {
    isDay: true,
    bad: { value: "'soon'" },
  }),
  kind("bigint", bigint, ["9223372036854775807", "-9007199254740993", "5", "0"], {
    keyValue: (n) => String((n % 2 === 0 ? 1n : -1n) * (9007199254740993n + BigInt(n))),
  }),
  kind("boolean", boolean, ["true", "false"], { keyValue: nth(["true", "false"]) }),
  kind("date", date, ["2024-02-29", "2023-12-31", "0044-03-15 BC", "9999-12-31"].map(literal), {
    keyValue: (n) => literal(`2024-02-2${n}`),
  }),
  kind("time", time, TIMES, { keyValue: (n) => literal(`0${n}:00:00.00000${n}`) }),
  kind("timestamp", timestamp, MOMENTS, { keyValue: momentKey }),
  kind("timestamptz", timestamptz, MOMENTS, { keyValue: momentKey }),
  kind("smallint", integer, ["0", "32767", "-32768", "5"], { keyValue: (n) => String(n) }),
  kind("numeric(18,6)", decimal(18, 6), ["0.000001", "-999999999999.999999", "1"], {
    keyValue: (n) => `${n}.000001`,
  }),
  kind("varchar(40)", text, TEXTS, { keyValue: nth(TEXTS) }),
  kind("char(6)", text, ["'ab'", "''", "' x'", "'abcdef'"], {
    keyValue: (n) => literal("k".repeat(n % 6) + String(n)),
  }),
  kind("uuid", text, ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"], {
    keyValue: (n) => literal(`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1${n}`),
  }),
  kind("jsonb", text, [`'{"a": [1, null, "x\\\\"]}'`, "'null'", "'[]'"]),
  {
    sql: (schema) => `${schema}.mood`,
    type: text,
    values: ["'sad'", "'so, so'", "'happy'"],
    keyValue: nth(["'happy'", "'sad'", "'so, so'"]),
  },
  kind("timestamp", truncated(timestamp), MOMENTS, { read: cutTo }),
  kind("timestamptz(6)", truncated(timestamptz), MOMENTS, { read: cutTo }),
  kind("time", truncated(time), TIMES, { read: (column) => `${cutTo(`${column}::interval`)}::time` }),
  kind("text", integer, ["'7'", "'10.00'", "'1e+06'", "'-3'"], {
    accepts: "text",
    read: (column) => `${column}::numeric::integer`,
    bad: { value: "'soon'", test: (column) => `${column} !~ ${literal(NUMBER)}` },
  }),
  kind("numeric", bigint, ["10.00", "-5", "9223372036854775807"], {
    accepts: "numeric",
    read: (column) => `${column}::bigint`,
    bad: { value: "'NaN'", test: (column) => `${column} = 'NaN' OR ${column} <> trunc(${column})` },
  }),
  kind("double precision", decimal(12, 3), ["0.1", "-2.5", "1e5"], {
    accepts: "double precision",
    read: (column) => `${column}::text::numeric(12,3)`,
    bad: {
      value: "'Infinity'",
      test: (column) => `${column}::text ~ 'N|I' OR ${column}::text::numeric % 0.001 <> 0`,
    },
  }),
  kind("text", boolean, ["'t'", "'true'", "'f'", "'false'"], {
    accepts: "text",
    read: (column) => `${column}::boolean`,
    bad: { value: "'perhaps'", test: (column) => `${column} NOT IN ('t', 'f', 'true', 'false')` },
  }),
  kind("timestamp", timestamptz, MOMENTS, {
    accepts: "timestamp without time zone",
    read: (column) => `${column} AT TIME ZONE 'UTC'`,
    keyValue: momentKey,
  }),
  kind("text[]", text, ["'{}'", `'{a,"b,c",NULL}'`], { accepts: "text[]" }),
  kind("interval", text, ["'1 year -2 mons +3 days -04:05:06.789'", "'0'"], { accepts: "interval" }),
  kind("bytea", text, ["'\\x00ff0a'", "''"], { accepts: "bytea", keyValue: (n) => `'\\x0${n}'` }),
  kind("real", real, ["0.1", "'NaN'", "'-Infinity'", "3.4028235e38", "'-0'", "16777216"]),
  kind("double precision", double, ["0.1", "'NaN'", "'Infinity'", "-1e300", "'-0'", "5e-324"]),
  kind("bytea", bytea, ["'\\x00ff0a'", "''", "'\\x5c78'"]),
  kind("numeric(38,10)", decimal(38, 10), ["9999999999999999999999999999.9999999999", "-0.0000000001", "1"], {
    keyValue: (n) => `${n - 3}000000000000000000.0000000001`,
  }),
  kind("json", json, [`'{"a": 1.0,  "a":2}'`, `'{"a": 1.00, "a":2}'`, "' null'", `'"x, \\"y\\""'`]),
  kind("jsonb", jsonb, [`'{"b": [null, "x\\\\"], "a": 1.0}'`, `'{"b": [null, "x\\\\"], "a": 1.00}'`, "'[]'"]),
  kind("jsonb", json, [`'{"a": [1, "say \\"x\\""]}'`, "'null'"]),
  kind("text", json, [`'{"a": [1, 2.50]}'`, "'true'"], {
    accepts: "text",
    bad: { value: "'{soon'", test: (column) => `${column} = '{soon'` },
  }),
  kind("interval", interval, ["'1 mon'", "'30 days'", "'1 year -2 mons +3 days -04:05:06.789'", "'0'"]),
  kind("integer[]", arrayOf(integer), ["'{}'", "'{1,NULL,-2147483648}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'"]),
  kind("text[]", arrayOf(text), ["'{}'", `'{a,"b,c",NULL,"NULL",""}'`, `'{"say \\"x\\"","\\\\"}'`]),
  kind("numeric(9,2)[]", arrayOf(decimal(9, 2)), ["'{0.1,-1234567.89,NULL}'", "'{0}'"]),
  kind("date[]", arrayOf(date), ["'{2024-02-29,NULL}'", `'{"0044-03-15 BC"}'`], {
    bad: { value: "'{infinity}'", test: (column) => `${column}::text LIKE '%infinity%'` },
  }),
  kind("timestamptz[]", arrayOf(timestamptz), ["'{2024-02-29 14:20:52.123456+02}'", "'{}'"]),
  kind("double precision[]", arrayOf(double), ["'{0.1,NaN,-Infinity,-0}'", "'{}'"]),
  kind("double precision", text, ["0.1", "'NaN'", "1e300", "'-0'"], { accepts: "double precision" }),
];

/** The kinds of columns. Times and decimals are more frequent, because a prepared table may keep less of them. */
export const DRAWN_KINDS: readonly ColumnKind[] = [
  ...KINDS,
  ...KINDS.filter(({ type }) => ["time", "timestamp", "timestamptz", "decimal"].includes(type.kind)),
];

/** The kinds that a key may have. */
export const KEY_KINDS: readonly ColumnKind[] = KINDS.filter(({ keyValue }) => keyValue !== undefined);
