import { expect } from "chai";
import fc from "fast-check";
import { fitsPrinted } from "../../../../domain/formats/printed/fits";
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
  typeName,
  type PrintedType,
} from "../../../../domain/model/types";
import { createDatabase, type TestDatabase } from "../../../support/postgres/postgres";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** Values as SQL. PostgreSQL prints them. */
const VALUES: readonly (readonly [PrintedType, readonly string[]])[] = [
  [
    json,
    [
      `'{"a": 1,  "a":2}'`,
      `'"\\ud800"'`,
      `'"\\u0000"'`,
      "' null '",
      "'1e400'",
      `'"a, \\"b\\""'`,
      `'${nested(1000)}'`,
    ],
  ],
  [
    jsonb,
    [`'{"b": 1.00, "a": [null, true]}'`, "'-1e400'", `'"\\ud83d\\ude00"'`, `'"a\\nb"'`, `'${nested(1000)}'`],
  ],
  [
    interval,
    [
      "'0'",
      "'1 year -2 mons +3 days -04:05:06.789'",
      "'-0.000001 second'",
      "make_interval(months => 2147483647, days => -2147483648)",
      "make_interval(hours => 2147483647)",
      "interval '178956970 years 7 mons'",
    ],
  ],
  [
    arrayOf(integer),
    [
      "'{}'",
      "'{1,NULL,-2147483648}'",
      "'{{1,2},{3,4}}'",
      "'[0:1]={1,2}'",
      "'[-1:0][5:5]={{1},{2}}'",
      "'{{{{{{1}}}}}}'",
    ],
  ],
  [arrayOf(bigint), ["'{9223372036854775807,-9223372036854775808}'"]],
  [arrayOf(text), [`ARRAY['', 'NULL', 'null', 'a b', 'a,b', '{', '"', '\\', E'\\n', 'é', NULL]`]],
  [arrayOf(boolean), ["'{t,f}'"]],
  [arrayOf(date), [`'{0044-03-15 BC,9999-12-31,10000-01-01}'`]],
  [arrayOf(time), ["'{00:00:00,23:59:59.999999}'"]],
  [arrayOf(timestamp), [`'{0044-03-15 12:00:00 BC,2024-02-29 14:20:52.123456}'`]],
  [arrayOf(timestamptz), ["'{2024-02-29 14:20:52.123456+05:30}'"]],
  [arrayOf(decimal(9, 2)), ["'{1,-0.5,1234567.89,NULL}'"]],
  [arrayOf(real), ["'{0.1,NaN,-Infinity,1e-40}'"]],
  [arrayOf(double), ["'{0.1,NaN,Infinity,5e-324,-0}'"]],
  [arrayOf(bytea), [`ARRAY['\\x00ff'::bytea, '']`]],
  [arrayOf(jsonb), [`ARRAY['{"a": [1, "x"]}', 'null']::jsonb[]`]],
  [arrayOf(interval), ["'{1 mon,30 days}'"]],
];

/** Texts that are refused, most of them by PostgreSQL too. */
const OTHERS: readonly (readonly [PrintedType, readonly string[]])[] = [
  [json, ["", "{", "{a: 1}", "[1,]", "01", "'a'", "\u00a0null", "NaN", '"\n"', nested(1001)]],
  [jsonb, ["", `"\\u0000"`, `"\\ud800"`, `{"\\udc00": 1}`, "1e131073", "1e-16384", "[1e999999]"]],
  [
    interval,
    [
      "",
      "P",
      "PT",
      "P1",
      "P1YT",
      "1 day",
      "P1W",
      "infinity",
      "-infinity",
      "P178956971Y",
      "P2147483648D",
      "PT2147483648H",
      "PT0.1234567S",
    ],
  ],
  [
    arrayOf(integer),
    [
      "",
      "{",
      "{}x",
      "{1,}",
      "{,1}",
      "{1 ,2}",
      "{{1},{2,3}}",
      "{{1},2}",
      "{{}}",
      "[0:2]={1,2}",
      "[1:1][1:1]={1}",
      "{a}",
      "{2147483648}",
      "{1e6}",
      "{{{{{{{1}}}}}}}",
      "[0:1]={}",
    ],
  ],
  [arrayOf(text), ['{"a}', "{a\\}", '{"a"b}', "{a b}"]],
  [arrayOf(date), ["{infinity}", "{2024-02-30}"]],
  [arrayOf(decimal(9, 2)), ["{1}", "{1.000}", "{NaN}", "{12345678.00}"]],
  [arrayOf(bigint), ["{1.000}", "{9223372036854775808}"]],
  [arrayOf(real), ["{1e-50}", "{1e50}", "{Inf}"]],
  [arrayOf(double), ["{1e-400}", "{0x10}"]],
  [arrayOf(boolean), ["{true}"]],
  [arrayOf(bytea), ['{"\\\\x0"}', "{abc}"]],
  [arrayOf(jsonb), ["{{}"]],
];

describe("A text of json, an interval or an array", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    await database.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
  });
  after(() => database.drop());

  for (const [type, values] of VALUES)
    it(`fits ${typeName(type)} as PostgreSQL prints it, and PostgreSQL reads the same value again`, async () => {
      for (const value of values) {
        const [row] = await database.query<{ printed: string; again: string }>(
          `SELECT CAST(${value} AS ${typeName(type)})::text AS printed, CAST(CAST(${value} AS ${typeName(type)})::text AS ${typeName(type)})::text AS again`,
        );
        expect(row!.again).to.equal(row!.printed);
        expect(fitsPrinted(type, row!.printed), row!.printed).to.equal(true);
      }
    });

  for (const [type, texts] of OTHERS)
    it(`does not fit ${typeName(type)} in another form`, () => {
      expect(texts.filter((other) => fitsPrinted(type, other))).to.deep.equal([]);
    });

  it("that PostgreSQL refuses fits no type", async () => {
    const all = [...new Set(OTHERS.flatMap(([, texts]) => texts))];
    for (const [type] of VALUES)
      for (const one of all.filter((candidate) => fitsPrinted(type, candidate)))
        expect(await database.query(`SELECT CAST($1::text AS ${typeName(type)})`, [one])).to.have.length(1);
  });

  it("fits json if and only if JSON.parse reads it", () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom(
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          '"',
          "\\",
          "0",
          "1",
          "-",
          ".",
          "e",
          "u",
          " ",
          "\t",
          "\u0001",
        ),
        fc.boolean(),
      )
      .map(([whole, at, character, replaces]) => {
        const place = at % (whole.length + 1);
        return whole.slice(0, place) + character + whole.slice(place + (replaces ? 1 : 0));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (one) => {
        expect(fitsPrinted(json, one), one).to.equal(isParsed(one));
      }),
      { numRuns: 2000 },
    );
  });

  it("is checked without its value, however long it is", () => {
    const many = 5_000_000;
    for (const [type, long] of [
      [arrayOf(text), `{"${"a ".repeat(many)}"}`],
      [arrayOf(text), `{"${'\\"'.repeat(many)}"}`],
      [json, `"${"\\n".repeat(many)}"`],
      [jsonb, `"${"\\u00e9".repeat(many)}"`],
      [jsonb, `[${"0,".repeat(many / 10)}0]`],
    ] as const) {
      expect(fitsPrinted(type, long), long.slice(0, 10)).to.equal(true);
      expect(fitsPrinted(type, long.slice(0, -1)), long.slice(0, 10)).to.equal(false);
    }
  });
});

function isParsed(one: string): boolean {
  try {
    JSON.parse(one);
    return true;
  } catch {
    return false;
  }
}
