import { expect } from "chai";
import {
  bigint,
  boolean,
  bytea,
  date,
  decimal,
  double,
  integer,
  real,
  text,
  time,
  timestamp,
  timestamptz,
  typeName,
} from "../../../domain/model/types";

describe("A column type", () => {
  it("has the name of its type in PostgreSQL", () => {
    expect(
      [
        ...[integer, bigint, text, boolean, date, time, timestamp, timestamptz, decimal(10, 2)],
        ...[real, double, bytea],
      ].map(typeName),
    ).to.deep.equal([
      "integer",
      "bigint",
      "varchar",
      "boolean",
      "date",
      "time",
      "timestamp",
      "timestamptz",
      "numeric(10,2)",
      "real",
      "double precision",
      "bytea",
    ]);
  });

  for (const [precision, scale] of [
    [1, 0],
    [18, 0],
    [18, 18],
    [38, 38],
  ] as const) {
    it(`may be decimal(${precision}, ${scale})`, () => {
      expect(decimal(precision, scale)).to.deep.equal({ kind: "decimal", precision, scale });
    });
  }

  for (const [precision, scale] of [
    [0, 0],
    [39, 2],
    [10, -1],
    [4, 5],
  ] as const) {
    it(`may not be decimal(${precision}, ${scale}): its digits would not fit into 128 bits`, () => {
      expect(() => decimal(precision, scale)).to.throw(
        RangeError,
        `decimal(${precision}, ${scale}) is not supported`,
      );
    });
  }
});
