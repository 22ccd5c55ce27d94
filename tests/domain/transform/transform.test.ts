import { expect } from "chai";
import fc from "fast-check";
import { columnsOf, joined, references } from "../../../domain/model/columns";
import { sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import type { Rejections } from "../../../domain/transform/rejection";
import { dimBike } from "../../support/hires/model";
import { depot } from "../../support/hires/sources";
import { transformed, type Cells, type Rows } from "../../support/warehouse/transform";

describe("A joined column", () => {
  const depots: readonly Cells[] = [
    { depot_id: 1, depot_name: "North", town: "Leeds" },
    { depot_id: 2, depot_name: "East", town: null },
    { depot_id: 1, depot_name: "Centre", town: "York" },
  ];
  const bike = (bike_id: number, depot_id: number): Cells => ({ bike_id, frame: "steel", depot_id });
  const to: Rows = [[depot, depots]];

  it("comes from the latest version of the referenced row, with NULL replaced by contract", () => {
    const { rows } = transformed(dimBike, [bike(10, 2), bike(11, 1), bike(12, 2)], { to });

    expect(rows.map((row) => [row["bike_id"], row["depot_name"], row["town"]])).to.deep.equal([
      [10, "East", ""],
      [11, "Centre", "York"],
      [12, "East", ""],
    ]);
  });

  it("rejects an orphan with the key of the missing row", () => {
    const { rows, rejections } = transformed(dimBike, [bike(10, 2), bike(11, 99), bike(12, 1)], { to });

    expect(rows.map((row) => row["bike_id"])).to.deep.equal([10, 12]);
    expect([...rejections]).to.deep.equal([
      [1, { column: "depot_id", reason: "depot_id 99: no such row in depot" }],
    ]);
  });

  it("is refused without the rows of the joined table", () => {
    expect(() => transformed(dimBike, [bike(1, 1)])).to.throw(
      "dim_bike: the joined rows of depot are missing",
    );
  });

  it("may come from several referenced rows, by numbers and by texts", () => {
    const place = sourceTable("place", { key: "code", columns: { code: text, city: text } });
    const trip = sourceTable("trip", { key: "id", columns: { id: integer, start: text, finish: text } });
    const start = joined(trip, "start", place);
    const finish = joined(trip, "finish", place);
    const dimTrip = dimension("dim_trip", {
      description: "",
      source: trip,
      key: "id",
      columns: {
        id: columnsOf(trip).copy("id"),
        from_city: start.copy("city"),
        to_city: finish.copy("city"),
      },
    });
    const places: Rows = [
      [
        place,
        [
          { code: "L", city: "Leeds" },
          { code: "Y", city: "York" },
        ],
      ],
    ];

    const { rows, reasons } = transformed(
      dimTrip,
      [
        { id: 1, start: "L", finish: "Y" },
        { id: 2, start: "Y", finish: "?" },
        { id: 3, start: "Y", finish: "L" },
      ],
      { to: places },
    );

    expect(rows).to.deep.equal([
      { id: 1, from_city: "Leeds", to_city: "York" },
      { id: 3, from_city: "York", to_city: "Leeds" },
    ]);
    expect(reasons).to.deep.equal({ 1: "finish ?: no such row in place" });
  });
});

describe("Rejections of several kinds concern the right rows", () => {
  it("of the source batch for earlier rejections, orphans and bad values", () => {
    const task = sourceTable("task", {
      key: "id",
      columns: { id: integer, owner: integer, due: text, currency: text },
    });
    const of = columnsOf(task);
    const factTask = fact("fact_task", {
      description: "",
      source: task,
      key: "id",
      surrogateKey: "record",
      currentView: "current_task",
      columns: {
        id: of.copy("id"),
        owner_name: joined(task, "owner", depot).copy("depot_name"),
        due: references("dim_date", of.parsedDate("due")),
        loud: of.derive("currency", (code) => {
          if (code === "bad") throw new RangeError("it is bad");
          return code.toUpperCase();
        }),
      },
    });
    const to: Rows = [[depot, [{ depot_id: 1, depot_name: "North", town: null }]]];
    type Fate = "good" | "decoded badly" | "orphan" | "no date" | "not derived";
    const fates = fc.constantFrom<Fate>("good", "decoded badly", "orphan", "no date", "not derived");
    fc.assert(
      fc.property(fc.array(fates, { maxLength: 30, size: "max" }), (given) => {
        const rows = given.map((fate, id) => ({
          id,
          owner: fate === "orphan" ? 2 : 1,
          due: fate === "no date" ? `day ${id}` : "2024-01-01",
          currency: fate === "not derived" ? "bad" : `x${id}`,
        }));
        const came: Rejections = new Map(
          given.flatMap((fate, row) =>
            fate === "decoded badly" ? [[row, { column: "id", reason: `row ${row} came so` }]] : [],
          ),
        );

        const made = transformed(factTask, rows, { to, rejections: came });

        const reasons: Record<Exclude<Fate, "good">, (row: number) => string> = {
          "decoded badly": (row) => `row ${row} came so`,
          orphan: () => "owner 2: no such row in depot",
          "no date": (row) => `due "day ${row}" is not a date (YYYY-MM-DD)`,
          "not derived": () => "loud: it is bad",
        };
        const bad = given.flatMap((fate, row) =>
          fate === "good" ? [] : [[row, reasons[fate](row)] as const],
        );
        expect(made.reasons).to.deep.equal(Object.fromEntries(bad));
        expect(made.rows.map(({ id, loud }) => [id, loud])).to.deep.equal(
          given.flatMap((fate, row) => (fate === "good" ? [[row, `X${row}`]] : [])),
        );
        expect(came.size, "the given rejections are left as they were").to.equal(
          given.filter((fate) => fate === "decoded badly").length,
        );
      }),
    );
  });
});
