import { expect } from "chai";
import { columnsOf, constant, joined, references, whenNull } from "../../../domain/model/columns";
import { computed } from "../../../domain/model/computed";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import { optional, sourceTable } from "../../../domain/model/source";
import { calendar, dimension, fact, type Dimension, type Fact } from "../../../domain/model/table";
import {
  boolean,
  bytea,
  date,
  double,
  integer,
  real,
  text,
  timestamp,
  timestamptz,
} from "../../../domain/model/types";
import { hireModel } from "../../support/hires/model";

const airport = sourceTable("airport", { key: "code", columns: { code: text, city: text } });
const plane = sourceTable("plane", {
  key: "id",
  columns: { id: integer, reg: text, base: text, hangar: optional(text) },
});
const place = columnsOf(airport);
const own = columnsOf(plane);

const dimAirport = dimension("dim_airport", {
  description: "",
  source: airport,
  key: "code",
  columns: { code: place.copy("code"), city: place.copy("city") },
});
const factPlane = fact("fact_plane", {
  description: "",
  source: plane,
  key: "id",
  surrogateKey: "record",
  currentView: "current_plane",
  columns: { id: own.copy("id"), base: references("dim_airport", own.copy("base")) },
});

const problemsOf = (...tables: Model["tables"]): readonly string[] =>
  modelProblems({ version: 1, calendar: dimDate, tables });
const planeWith = (columns: Dimension["columns"], more: Partial<Fact> = {}): Fact => ({
  ...factPlane,
  ...more,
  columns: { ...factPlane.columns, ...columns },
});

describe("The problems of a model", () => {
  it("are empty for a valid model", () => {
    expect(modelProblems(hireModel)).to.deep.equal([]);
    expect(problemsOf(dimAirport, factPlane)).to.deep.equal([]);
  });

  it("include a mistyped key, which the compiler refuses too", () => {
    const mistyped = [
      // @ts-expect-error -- the test passes a key that tsc refuses, because it is not one of the columns
      dimension("dim_airport", { ...dimAirport, key: "kode", columns: { code: place.copy("code") } }),
      // @ts-expect-error -- the test passes a key that tsc refuses, because it is not one of the columns
      fact("fact_plane", { ...factPlane, key: "idd", columns: { id: own.copy("id") } }),
    ];
    // @ts-expect-error -- the test passes a key that tsc refuses, because it is not one of the columns
    const days = calendar("dim_date", { ...dimDate, key: "day_id", columns: { year: dimDate.columns.year } });

    expect(modelProblems({ version: 1, calendar: days, tables: mistyped })).to.deep.equal([
      "dim_date: its key day_id is not one of its columns; name one of year",
      "dim_airport: its key kode is not one of its columns; name one of code",
      "fact_plane: its key idd is not one of its columns; name one of id",
    ]);
  });

  it("include a key that is not the key of the source, and a surrogate key among the columns", () => {
    expect(problemsOf(dimAirport, planeWith({ record: own.copy("reg") }, { key: ["base"] }))).to.deep.equal([
      "fact_plane.base is part of the key, but it is not a plain copy of a column of the key of plane (id): " +
        "copy one of these, or leave base out of the key",
      "fact_plane: its surrogate key record is one of its columns too, but the warehouse gives its values: " +
        "rename one of them",
    ]);
  });

  it("include columns that the contract does not have", () => {
    const columns = {
      reg: own.copy("rge" as never),
      city: joined(plane, "bass" as never, airport).copy("town" as never),
    };

    expect(problemsOf(dimAirport, planeWith(columns))).to.deep.equal([
      "fact_plane.reg is made from plane.rge, which the contract does not have; " +
        "add it there, or name one of id, reg, base, hangar",
      "fact_plane.city is made from airport.town, which the contract does not have; " +
        "add it there, or name one of code, city",
      "fact_plane.city is joined on plane.bass, which the contract does not have; " +
        "add it there, or name one of id, reg, base, hangar",
    ]);
  });

  it("include columns of another table, even if the source of the table has a column of that name", () => {
    const hangar = sourceTable("hangar", {
      key: "id",
      columns: { id: integer, base: text, heated: boolean },
    });
    const other = columnsOf(hangar);
    const columns = {
      base: other.copy("base"),
      city: other.leftJoin("base", airport).copy("city"),
      text: computed(text, { base: other.copy("base") }, ({ base }) => base),
      day: constant(integer, 1),
    };
    const problem =
      "reads a row of hangar, but the table is made from rows of plane: join hangar, or use the columns of plane";

    expect(problemsOf(dimAirport, planeWith(columns, { where: other.copy("heated") }))).to.deep.equal([
      `fact_plane.base ${problem}`,
      `fact_plane.city ${problem}`,
      `fact_plane.text is computed from base, which ${problem}`,
      `fact_plane: its condition ${problem}`,
    ]);
  });

  it("include functions that do not fit their column, which the compiler refuses too", () => {
    const flight = sourceTable("flight", {
      key: "id",
      columns: { id: integer, day: date, at: timestamp, zoned: timestamptz, seats: optional(integer) },
    });
    const of = columnsOf(flight);
    const columns = {
      // @ts-expect-error -- what is tested: tsc refuses the day of a date
      day: of.dateOf("day"),
      // @ts-expect-error -- what is tested: tsc refuses a date that is parsed
      parsed: of.parsedDate("day"),
      // @ts-expect-error -- what is tested: tsc refuses a text derived from a number
      derived: of.derive("seats", (value) => value),
      // @ts-expect-error -- what is tested: tsc refuses a text in the place of a number
      seats: whenNull("none", of.copy("seats")),
      // @ts-expect-error -- what is tested: tsc refuses a time zone of what has none
      zone: of.dateOf("at", { timeZone: "Europe/London" }),
      elsewhere: of.timeOf("zoned", { timeZone: "Europe/Atlantis" }),
      // @ts-expect-error -- what is tested: tsc refuses a constant of another type
      constant: constant(date, 7),
      // @ts-expect-error -- what is tested: tsc refuses a date that is parsed, also within a function
      computed: computed(integer, { day: of.parsedDate("at") }, () => 1),
      // @ts-expect-error -- what is tested: tsc refuses a result of another type; only a row shows it
      result: computed(integer, { day: of.copy("day") }, ({ day }) => day),
      // @ts-expect-error -- what is tested: tsc refuses NULL where the column may not be NULL
      nothing: computed(integer, { seats: of.copy("seats") }, ({ seats }) => seats),
    };

    expect(
      problemsOf({ ...factPlane, source: flight, columns: { id: of.copy("id"), ...columns } }),
    ).to.deep.equal([
      "fact_plane.day is dateOf of flight.day, which is date, but dateOf takes timestamp or timestamptz: copy the column",
      "fact_plane.parsed is parsedDate of flight.day, which is date, but parsedDate takes text: copy the column",
      "fact_plane.derived is derive of flight.seats, which is integer, but derive takes text: " +
        "use computed(...), or copy the column",
      'fact_plane.seats replaces NULL by "none", which is not a value of integer: give one that is',
      "fact_plane.zone is dateOf of flight.at in the time zone Europe/London, but flight.at has no time zone: " +
        "leave the time zone out, or declare the column as timestamptz",
      "fact_plane.elsewhere is timeOf in the time zone Europe/Atlantis, which is not known: name one such as Europe/London",
      "fact_plane.constant is always 7, which is not a value of date: give one that is",
      "fact_plane.computed is computed from day, which is parsedDate of flight.at, which is timestamp, " +
        "but parsedDate takes text: use computed(...), or copy the column",
    ]);
  });

  it("include a condition that is not boolean", () => {
    expect(problemsOf(dimAirport, { ...factPlane, where: own.copy("reg") })).to.deep.equal([
      "fact_plane: its condition is varchar, and must be boolean: copy a boolean column, or compute one",
    ]);
  });

  it("include a key that lacks a part of the source's key, and a nullable key", () => {
    const leg = sourceTable("leg", {
      key: ["plane", "no"],
      columns: { plane: integer, no: optional(integer) },
    });
    const legs = { ...factPlane, source: leg, columns: { id: columnsOf(leg).copy("plane") } };

    expect(problemsOf(legs)).to.deep.equal([
      "fact_plane: its key id lacks a copy of leg.no, which the key of its source has: " +
        "rows that differ only there would be taken for one; add the column to the key",
      "leg: the key no of its contract may be NULL; declare it as a column that is NOT NULL",
    ]);
  });

  it("include several source tables with possibly equal keys, and columns that one of them lacks", () => {
    const ship = sourceTable("ship", { key: "id", columns: { id: integer, name: text, port: integer } });
    const ships = columnsOf(ship);
    const base = references("dim_airport", ships.copy("name"));
    const kinds = (plane: string, other: string): Fact => ({
      ...planeWith({ kind: constant(text, plane) }, { key: ["kind", "id"] }),
      also: [{ source: ship, columns: { id: ships.copy("id"), kind: constant(text, other), base } }],
    });
    const also = { source: ship, columns: { id: ships.copy("id"), base: ships.copy("port") } };
    const without = { source: ship, columns: { id: ships.copy("id") } };

    const unclear =
      "fact_plane is made from plane and ship, whose keys may be equal: " +
      "add a constant column with another value for each to the key, or declare keysAreDisjoint: true";
    expect(problemsOf(dimAirport, { ...factPlane, also: [also] })).to.deep.equal([
      unclear,
      "fact_plane.base is integer from ship, but varchar from plane: give both the same type",
    ]);
    expect(problemsOf(dimAirport, kinds("plane", "plane"))).to.deep.equal([unclear]);
    expect(problemsOf(dimAirport, kinds("plane", "ship"))).to.deep.equal([]);
    expect(problemsOf(dimAirport, { ...factPlane, keysAreDisjoint: true, also: [without] })).to.deep.equal([
      "fact_plane.base is not made from ship: add it there",
    ]);
  });

  it("include references by one column to a key of several, and by a missing column", () => {
    const route = sourceTable("route", { key: ["a", "b"], columns: { a: text, b: text } });
    const routes = columnsOf(route);
    const dimRoute = dimension("dim_route", {
      description: "",
      source: route,
      key: ["a", "b"],
      columns: { a: routes.copy("a"), b: routes.copy("b") },
    });
    const by = (columns: Readonly<Record<string, string>>): Fact => ({
      ...planeWith({ reg: own.copy("reg") }),
      references: [{ to: "dim_route", columns }],
    });

    expect(problemsOf(dimAirport, dimRoute, by({ a: "base" }))).to.deep.equal([
      "fact_plane.base refers to dim_route, whose key is a, b: give fact_plane " +
        'references: [{ to: "dim_route", columns: { "a": "…", "b": "…" } }] with a column for each',
    ]);
    expect(problemsOf(dimAirport, dimRoute, by({ a: "base", c: "reg" }))[0]).to.match(
      /^fact_plane.base, fact_plane.reg refers to dim_route, whose key is a, b: give fact_plane/,
    );
    expect(problemsOf(dimAirport, dimRoute, by({ a: "base", b: "town" }))).to.deep.equal([
      "fact_plane refers to dim_route by town, which is not one of its columns; name one of id, base, reg",
    ]);
    expect(problemsOf(dimAirport, dimRoute, by({ b: "base", a: "reg" }))).to.deep.equal([]);
  });

  it("include references to a table that is not a dimension, and to a key of another type", () => {
    const columns = {
      base: references("dim_airprt", own.copy("base")),
      twin: references("fact_plane", own.copy("id")),
      seen: references("dim_date", own.copy("reg")),
    };

    expect(problemsOf(dimAirport, planeWith(columns))).to.deep.equal([
      "fact_plane.base refers to dim_airprt, which is not a dimension of the model: " +
        "add that to the list of tables, or refer to one of dim_date, dim_airport",
      "fact_plane.twin refers to fact_plane, which is a fact: " +
        "refer to a dimension (dim_date, dim_airport), or leave the reference out",
      "fact_plane.seen is varchar, but dim_date.date_id, to which it refers, is date: " +
        "give both the same type, or leave the reference out",
    ]);
  });

  it("include a contract whose key is not a column, and two contracts of one source table", () => {
    const other = sourceTable("airport", { key: "kode" as never, columns: { code: text } });
    const city = joined(plane, "base", other).copy("code");

    expect(problemsOf(dimAirport, planeWith({ city }))).to.deep.equal([
      "airport: the key kode of its contract is not one of its columns; name one of code",
      "airport has two contracts: declare the source table once, with all columns that are read",
    ]);
  });

  it("include keys of types that cannot identify a row", () => {
    for (const [type, name] of [
      [real, "real"],
      [double, "double precision"],
      [bytea, "bytea"],
    ] as const) {
      const other = sourceTable("airport", { key: "code", columns: { code: type } });
      const city = columnsOf(plane).leftJoin("base", other).copy("code");

      expect(problemsOf(dimAirport, planeWith({ city }))).to.include(
        `airport: the key code of its contract is ${name}, by which no row can be found; ` +
          "leave the table out of the model, or give it another key in the source",
      );
    }
  });

  it("include circular references between tables but not a table that refers to itself", () => {
    const to = (parent: string): Dimension["columns"] => ({
      ...dimAirport.columns,
      city: references(parent, place.copy("city")),
    });
    const other = { ...dimAirport, name: "dim_other", columns: to("dim_airport") };

    expect(problemsOf({ ...dimAirport, columns: to("dim_airport") })).to.deep.equal([]);
    expect(problemsOf({ ...dimAirport, columns: to("dim_other") }, other)).to.deep.equal([
      "tables refer in a circle: dim_airport → dim_other → dim_airport: leave one of the references out",
    ]);
  });
});
