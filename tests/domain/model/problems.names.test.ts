import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import { sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { text } from "../../../domain/model/types";

const airport = sourceTable("airport", { key: "code", columns: { code: text, city: text } });
const place = columnsOf(airport);

const dimAirport = dimension("dim_airport", {
  description: "",
  source: airport,
  key: "code",
  columns: { code: place.copy("code"), city: place.copy("city") },
});
const factPlane = fact("fact_plane", {
  description: "",
  source: airport,
  key: "code",
  surrogateKey: "record",
  currentView: "current_plane",
  columns: { code: place.copy("code") },
});

const problemsOf = (...tables: Model["tables"]): readonly string[] =>
  modelProblems({ version: 1, calendar: dimDate, tables });

describe("The problems of the names in a model", () => {
  it("include repeated names, also names that only the warehouse considers equal", () => {
    const twice = { ...factPlane, name: "fact_flight" };
    const alike = { ...dimAirport, name: "dim_Airports" };
    const ledger = { ...dimAirport, name: "marble_ledger" };

    expect(problemsOf(dimAirport, factPlane, twice, alike, ledger)).to.deep.equal([
      "the table dim_airport and the table dim_Airports have the same name: rename one of them",
      "the loader's own table marble_ledger and the table marble_ledger have the same name: rename one of them",
      "the current view current_plane of fact_plane and the current view current_plane of fact_flight have the same name: " +
        "rename one of them",
    ]);
  });

  it("include a table that the model lists twice, in one sentence", () => {
    expect(problemsOf(dimAirport, factPlane, factPlane)).to.deep.equal([
      "the table fact_plane is in the model twice: list it once, or rename one of them",
    ]);
  });

  it("include a history with the name of a table, and columns that it would have twice", () => {
    const columns = { ...dimAirport.columns, validFrom: place.copy("city"), commit: place.copy("city") };
    const dated = { ...dimAirport, history: "dim_plane_history", columns };
    const other = { ...dimAirport, name: "dim_plane", history: "DIM_PLANE_HISTORYS" };

    expect(problemsOf(dated, other, { ...dimAirport, name: "dim_town", history: "dim_plane" })).to.deep.equal(
      [
        "the history dim_plane_history of dim_airport and the history DIM_PLANE_HISTORYS of dim_plane have the same name: rename one of them",
        "the table dim_plane and the history dim_plane of dim_town have the same name: rename one of them",
        ...["validFrom", "commit"].map(
          (column) =>
            `the column dim_airport.${column} has the name of a column that the history dim_plane_history adds: rename it`,
        ),
      ],
    );
    expect(problemsOf({ ...dimAirport, history: "x".repeat(64) })).to.deep.equal([
      `the history ${"x".repeat(64)} has a name of 64 bytes, and PostgreSQL keeps 63: shorten it`,
    ]);
  });

  it("include a table with the name of a mirrored table, or of its deleted rows", () => {
    const names = ["mirror.customer", "mirror-deleted.customer", "mirrored", "mirror"];
    const calendar = { ...dimDate, name: "mirror.days" };

    expect(problemsOf(...names.map((name) => ({ ...dimAirport, name })))).to.deep.equal(
      names
        .slice(0, 2)
        .map((name) => `the table ${name} has a name that only a mirrored table has: rename it`),
    );
    expect(modelProblems({ version: 1, calendar, tables: [] })).to.deep.equal([
      "the table mirror.days has a name that only a mirrored table has: rename it",
    ]);
  });
});
