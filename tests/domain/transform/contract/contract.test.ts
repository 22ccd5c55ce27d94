import { expect } from "chai";
import { findBreaches } from "../../../../domain/transform/contract/contract";
import { optional, required, sourceTable, type SourceTable } from "../../../../domain/model/source";
import {
  arrayOf,
  bigint,
  boolean,
  date,
  decimal,
  integer,
  interval,
  json,
  jsonb,
  text,
  time,
  timestamp,
  timestamptz,
  truncated,
  typeName,
  type ColumnType,
} from "../../../../domain/model/types";
import { customer } from "../../../support/hires/sources";

describe("A contract", () => {
  const kinds: readonly (readonly [ColumnType, readonly string[], readonly string[]])[] = [
    [integer, ["integer", "smallint"], ["bigint", "integer[]", "numeric(10,0)", "text"]],
    [bigint, ["bigint", "integer", "smallint"], ["bigint[]", "numeric", "oid"]],
    [
      text,
      [
        "text",
        "character varying",
        "character varying(20)",
        "character(3)",
        "character",
        'enum "Kind"',
        "enum kind",
        'enum "line\nbreak".kind',
        "uuid",
        "json",
        "jsonb",
      ],
      ["integer", "uuid[]", "text[]", "bytea", "jsonpath"],
    ],
    [boolean, ["boolean"], ["integer", "boolean[]"]],
    [date, ["date"], ["text", "timestamp without time zone", "daterange"]],
    [time, ["time without time zone", "time(3) without time zone"], ["time with time zone", "interval"]],
    [
      timestamp,
      ["timestamp without time zone", "timestamp(3) without time zone"],
      ["timestamp with time zone", "timestamp(3) with time zone", "date"],
    ],
    [
      timestamptz,
      ["timestamp with time zone", "timestamp(3) with time zone"],
      ["timestamp without time zone", "time with time zone", "date"],
    ],
    [
      decimal(10, 2),
      ["numeric(10,2)", "numeric(12,4)", "numeric"],
      ["double precision", "money", "numeric(10,2)[]"],
    ],
    [json, ["json", "jsonb"], ["text", "json[]", "jsonpath"]],
    [jsonb, ["jsonb"], ["json", "text", "jsonb[]"]],
    [
      interval,
      ["interval", "interval(3)", "interval year to month", "interval day to second(3)"],
      ["interval[]", "time without time zone", "text"],
    ],
    [arrayOf(integer), ["integer[]", "smallint[]"], ["integer", "bigint[]", "int2vector", "text"]],
    [
      arrayOf(text),
      ["text[]", "character varying(3)[]", "uuid[]"],
      ["text", "character(3)[]", "character[]", "mood[]", "integer[]"],
    ],
    [
      arrayOf(decimal(9, 2)),
      ["numeric(9,2)[]", "numeric(5,2)[]"],
      ["numeric[]", "numeric(9,3)[]", "numeric(10,2)[]", "numeric(9,2)"],
    ],
    [arrayOf(timestamptz), ["timestamp with time zone[]", "timestamp(3) with time zone[]"], ["date[]"]],
  ];
  for (const [type, same, other] of kinds) {
    const table = sourceTable("t", { key: "a", columns: { a: type } });
    const breaches = (actual: string): readonly string[] =>
      findBreaches(table, { columns: [{ name: "a", type: actual }] });

    it(`of ${typeName(type)} accepts ${same.join(", ")}`, () => {
      for (const actual of same) expect(breaches(actual), actual).to.deep.equal([]);
    });

    it(`of ${typeName(type)} refuses ${other.join(", ")}`, () => {
      for (const actual of other) {
        expect(breaches(actual)).to.have.length(1);
        expect(breaches(actual)[0]).to.match(
          new RegExp(`^column a is ${actual.replaceAll(/[[\]()]/g, "\\$&")}, not `),
        );
      }
    });
  }

  it("reports each missing or mistyped column in one sentence", () => {
    const columns = [
      { name: "address_line_1", type: "text" },
      { name: "address_line_2", type: "text" },
      { name: "customer_id", type: "bigint" },
      { name: "customer_name", type: "text" },
      { name: "more", type: "json" },
    ];

    expect(findBreaches(customer, { columns })).to.deep.equal([
      "column customer_id is bigint, not integer",
      "column country_id is missing",
    ]);
  });
});

describe("A contract", () => {
  const accepting = (type: ColumnType, accepted: string): SourceTable =>
    sourceTable("flight", { key: "at", columns: { at: required(type, { accepts: [accepted] }) } });

  const readable: readonly (readonly [ColumnType, readonly string[]])[] = [
    [integer, ["bigint", "numeric(10,2)", "double precision", "text", "character varying(20)"]],
    [bigint, ["numeric", "real", "character(3)"]],
    [decimal(10, 2), ["integer", "bigint", "numeric", "double precision", "text"]],
    [text, ["integer", "timestamp with time zone", "citext", "integer[]", "bytea"]],
    [boolean, ["text"]],
    [date, ["text"]],
    [time, ["text"]],
    [timestamp, ["text", "timestamp without time zone"]],
    [truncated(timestamptz), ["timestamp without time zone", "timestamp(3) without time zone", "text"]],
    [json, ["text", "character varying(90)"]],
    [arrayOf(text), ["mood[]", "integer[]", "character[]"]],
  ];
  for (const [type, types] of readable)
    it(`of ${type.kind} may also accept ${types.join(", ")}`, () => {
      for (const accepted of types) {
        const columns = [{ name: "at", type: accepted }];
        expect(findBreaches(accepting(type, accepted), { columns })).to.deep.equal([]);
      }
    });

  const unreadable: readonly (readonly [ColumnType, readonly string[]])[] = [
    [integer, ["boolean", "money", "date", "int", "uuid"]],
    [bigint, ["bigint[]", "interval"]],
    [decimal(10, 2), ["money", "boolean"]],
    [boolean, ["integer", "bit"]],
    [date, ["timestamp without time zone", "integer"]],
    [time, ["time with time zone", "interval", "timestamp without time zone"]],
    [timestamp, ["timestamp with time zone", "timestamp(3) with time zone", "date"]],
    [timestamptz, ["time with time zone", "date", "timestamptz"]],
    [json, ["integer", "hstore"]],
    [jsonb, ["json", "text"]],
    [interval, ["time without time zone", "text"]],
    [arrayOf(integer), ["text", "text[]", "integer"]],
  ];
  for (const [type, types] of unreadable)
    it(`of ${type.kind} may not accept ${types.join(", ")}`, () => {
      for (const accepted of types)
        expect(() => accepting(type, accepted), accepted).to.throw(
          TypeError,
          `flight.at, of type ${type.kind}, cannot accept ${accepted}: it may accept `,
        );
    });

  it("is refused with the acceptable types and how to declare them", () => {
    expect(() => accepting(timestamp, "timestamp with time zone")).to.throw(
      TypeError,
      "flight.at, of type timestamp, cannot accept timestamp with time zone: it may accept text, " +
        "character varying, character; declare the column as timestamptz to read it",
    );
  });
});

describe("A contract that knows the past of its table", () => {
  const table = sourceTable("t", {
    key: "id",
    columns: {
      id: required(integer, { accepts: ["bigint"] }),
      units_sold: required(integer, { formerly: ["units", "pieces"], accepts: ["text", "numeric"] }),
      note: optional(text, { absentAsNull: true }),
    },
  });
  const breaches = (columns: Record<string, string>): readonly string[] =>
    findBreaches(table, { columns: Object.entries(columns).map(([name, type]) => ({ name, type })) });

  it("accepts every allowed name and type, and the absence of an optional column", () => {
    for (const name of ["units_sold", "units", "pieces"])
      for (const type of ["integer", "text", "numeric(10,2)"])
        expect(breaches({ id: "bigint", [name]: type }), `${name} ${type}`).to.deep.equal([]);
  });

  it("refuses any other name or type under the name in the source", () => {
    expect(breaches({ id: "integer", unit: "integer" })).to.deep.equal(["column units_sold is missing"]);
    expect(breaches({ id: "integer", units: "boolean", note: "integer" })).to.deep.equal([
      "column units is boolean, not integer",
      "column note is integer, not varchar",
    ]);
  });

  it("prefers the current name of a column to its earlier names", () => {
    expect(breaches({ id: "integer", units: "boolean", units_sold: "integer" })).to.deep.equal([]);
  });
});
