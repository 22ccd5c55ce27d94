import { expect } from "chai";
import { columnsOf, joined, references } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import { model, type Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import { optional, sourceTable } from "../../../domain/model/source";
import { calendar, dimension, fact, type Dimension, type Fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";

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
  it("are none where all is well", () => {
    expect(modelProblems(model)).to.deep.equal([]);
    expect(problemsOf(dimAirport, factPlane)).to.deep.equal([]);
  });

  it("are a mistyped key, also for the types", () => {
    const mistyped = [
      // @ts-expect-error -- what is tested: tsc refuses a key that is none of the columns
      dimension("dim_airport", { ...dimAirport, key: "kode", columns: { code: place.copy("code") } }),
      // @ts-expect-error -- what is tested: tsc refuses a key that is none of the columns
      fact("fact_plane", { ...factPlane, key: "idd", columns: { id: own.copy("id") } }),
    ];
    // @ts-expect-error -- what is tested: tsc refuses a key that is none of the columns
    const days = calendar("dim_date", { ...dimDate, key: "day_id", columns: { year: dimDate.columns.year } });

    expect(modelProblems({ version: 1, calendar: days, tables: mistyped })).to.deep.equal([
      "dim_date: its key day_id is none of its columns; name one of year",
      "dim_airport: its key kode is none of its columns; name one of code",
      "fact_plane: its key idd is none of its columns; name one of id",
    ]);
  });

  it("are a key that is not that of the source, and a surrogate key among the columns", () => {
    expect(problemsOf(dimAirport, planeWith({ record: own.copy("reg") }, { key: "base" }))).to.deep.equal([
      "fact_plane.base is the key, but no copy of plane.id, the key of its source: make it that",
      "fact_plane: its surrogate key record is one of its columns too, but the warehouse gives its values: " +
        "call one of them otherwise",
    ]);
  });

  it("are columns that the contract does not have", () => {
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

  it("are a join on a column that may be NULL, with the way out", () => {
    const city = joined(plane, "hangar", airport).copy("city");

    expect(problemsOf(dimAirport, planeWith({ city }))).to.deep.equal([
      "fact_plane.city is joined on plane.hangar, which may be NULL, and only a column that is NOT NULL can be joined on: " +
        "declare it required in the contract, rows with NULL are then rejected, or leave the joined columns out",
    ]);
  });

  it("are references to what is no dimension of the model, and to a key of another type", () => {
    const columns = {
      base: references("dim_airprt", own.copy("base")),
      twin: references("fact_plane", own.copy("id")),
      seen: references("dim_date", own.copy("reg")),
    };

    expect(problemsOf(dimAirport, planeWith(columns))).to.deep.equal([
      "fact_plane.base refers to dim_airprt, which is no dimension of the model: " +
        "add that to the list of tables, or refer to one of dim_date, dim_airport",
      "fact_plane.twin refers to fact_plane, which is no dimension of the model: " +
        "add that to the list of tables, or refer to one of dim_date, dim_airport",
      "fact_plane.seen is varchar, but dim_date.date_id, to which it refers, is date: " +
        "give both the same type, or leave the reference out",
    ]);
  });

  it("are names that come twice, also where they only look alike to a warehouse", () => {
    const twice = { ...factPlane, name: "fact_flight" };
    const alike = { ...dimAirport, name: "dim_Airports" };
    const ledger = { ...dimAirport, name: "marble_ledger" };

    expect(problemsOf(dimAirport, factPlane, twice, alike, ledger)).to.deep.equal([
      "the table dim_airport and the table dim_Airports are called alike: rename one of them",
      "the loader's own table marble_ledger and the table marble_ledger are called alike: rename one of them",
      "the current view current_plane of fact_plane and the current view current_plane of fact_flight are called alike: " +
        "rename one of them",
    ]);
  });

  it("are contracts: a key that is no column, and two of one source table", () => {
    const other = sourceTable("airport", { key: "kode" as never, columns: { code: text } });
    const city = joined(plane, "base", other).copy("code");

    expect(problemsOf(dimAirport, planeWith({ city }))).to.deep.equal([
      "airport: the key kode of its contract is none of its columns; name one of code",
      "airport has two contracts: declare the source table once, with all columns that are read",
    ]);
  });

  it("are tables that refer to each other in a circle", () => {
    const circle = { ...dimAirport.columns, city: references("dim_airport", place.copy("city")) };

    expect(problemsOf({ ...dimAirport, columns: circle })).to.deep.equal([
      "tables refer in a circle: dim_airport → dim_airport: leave one of the references out",
    ]);
  });
});
