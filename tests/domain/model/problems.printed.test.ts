import { expect } from "chai";
import { columnsOf, constant, whenNull } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import { required, sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import {
  arrayOf,
  date,
  integer,
  interval,
  json,
  jsonb,
  text,
  timestamptz,
  truncated,
  type ColumnType,
} from "../../../domain/model/types";

const problemsOf = (...tables: Model["tables"]): readonly string[] =>
  modelProblems({ version: 1, calendar: dimDate, tables });

const plane = sourceTable("plane", { key: "id", columns: { id: integer } });
const dimPlane = dimension("dim_plane", {
  description: "",
  source: plane,
  key: "id",
  columns: { id: columnsOf(plane).copy("id") },
});

describe("The problems of a model", () => {
  it("include a key of json, of an interval or of an array, with the remedy", () => {
    for (const [type, name] of [
      [json, "json"],
      [jsonb, "jsonb"],
      [interval, "interval"],
      [arrayOf(integer), "integer[]"],
    ] as const) {
      const airport = sourceTable("airport", { key: "code", columns: { code: type } });
      const dimAirport = dimension("dim_airport", {
        description: "",
        source: airport,
        key: "code",
        columns: { code: columnsOf(airport).copy("code") },
      });
      const part = constant(
        type as ColumnType,
        name === "interval" ? "P1D" : name === "integer[]" ? "{1}" : "1",
      );

      expect(problemsOf(dimAirport)).to.include(
        `airport: the key code of its contract is ${name}, by which no row can be found; ` +
          `declare it as text, with accepts: ["${name}"]`,
      );
      expect(
        problemsOf({ ...dimPlane, key: ["id", "part"], columns: { ...dimPlane.columns, part } }),
      ).to.deep.equal([
        `dim_plane.part is part of the key, but ${name}, by which no row can be found: give it another type`,
      ]);
    }
  });

  it("include functions of json, of intervals and of arrays, and values that do not fit", () => {
    const trip = sourceTable("trip", {
      key: "id",
      columns: { id: integer, data: jsonb, length: interval, marks: arrayOf(integer) },
    });
    const of = columnsOf(trip);
    const table = dimension("dim_trip", {
      description: "",
      source: trip,
      key: "id",
      columns: {
        id: of.copy("id"),
        day: of.parsedDate("data" as never),
        lower: of.derive("length" as never, (value) => value),
        time: of.timeOf("marks" as never),
        data: whenNull('{"a": 1', of.copy("data")),
        length: whenNull("1 day", of.copy("length")),
        marks: constant(arrayOf(integer), "{1, 2}"),
        late: constant(arrayOf(date), "{infinity}"),
      },
    });

    expect(problemsOf(table)).to.deep.equal([
      "dim_trip.day is parsedDate of trip.data, which is jsonb, but parsedDate takes text: use computed(...), or copy the column",
      "dim_trip.lower is derive of trip.length, which is interval, but derive takes text: use computed(...), or copy the column",
      "dim_trip.time is timeOf of trip.marks, which is integer[], but timeOf takes timestamp or timestamptz: use computed(...), or copy the column",
      'dim_trip.data replaces NULL by "{\\"a\\": 1", which is not a value of jsonb: give one that is',
      'dim_trip.length replaces NULL by "1 day", which is not a value of interval: give one that is',
      'dim_trip.marks is always "{1, 2}", which is not a value of integer[]: give one that is',
      'dim_trip.late is always "{infinity}", which is not a value of date[]: give one that is',
    ]);
  });

  it("include a key in which two rows of the source could get one value, with the remedy", () => {
    for (const [column, problem] of [
      [
        required(integer, { accepts: ["bigint", "character varying(9)"] }),
        "accepts character varying(9), in which different texts are one integer, so rows could be merged: " +
          'declare it as text, with accepts: ["integer"]',
      ],
      [
        truncated(timestamptz),
        "is truncated, so rows that differ in the dropped digits would be merged: declare it as timestamptz",
      ],
      [required(integer, { accepts: ["bigint", "numeric"] }), undefined],
      [required(text, { accepts: ["integer"] }), undefined],
    ] as const) {
      const airport = sourceTable("airport", { key: "code", columns: { code: column } });
      const dimAirport = dimension("dim_airport", {
        description: "",
        source: airport,
        key: "code",
        columns: { code: columnsOf(airport).copy("code") },
      });
      expect(problemsOf(dimAirport)).to.deep.equal(
        problem === undefined ? [] : [`airport: the key code of its contract ${problem}`],
      );
    }
  });
});
