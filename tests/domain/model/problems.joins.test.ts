import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact, type Dimension, type Fact } from "../../../domain/model/table";
import { bigint, integer, text } from "../../../domain/model/types";

const airport = sourceTable("airport", { key: "code", columns: { code: text, city: text } });
const plane = sourceTable("plane", { key: "id", columns: { id: integer, reg: text, base: text } });
const leg = sourceTable("leg", {
  key: ["plane", "no"],
  columns: { plane: integer, no: integer, at: text },
});
const own = columnsOf(plane);

const factPlane = fact("fact_plane", {
  description: "",
  source: plane,
  key: "id",
  surrogateKey: "record",
  currentView: "current_plane",
  columns: { id: own.copy("id") },
});

const problemsOf = (...tables: Model["tables"]): readonly string[] =>
  modelProblems({ version: 1, calendar: dimDate, tables });
const planeWith = (columns: Dimension["columns"]): Fact => ({
  ...factPlane,
  columns: { ...factPlane.columns, ...columns },
});

describe("The problems of the joins of a model", () => {
  it("include joins on too few columns or on columns of another type, on every level", () => {
    const onePart = own.leftJoin("id", leg).copy("at");
    const otherType = own.innerJoin("id", airport).copy("city");
    const deeper = own.leftJoin("base", airport).leftJoin("city", plane).copy("reg");

    expect(problemsOf(planeWith({ onePart, otherType, deeper }))).to.deep.equal([
      "fact_plane.onePart is joined on plane.id, but the key of leg is leg.plane, leg.no: " +
        'name a column of plane for each part of that key: { "plane": "…", "no": "…" }',
      "fact_plane.otherType is joined on plane.id, which is integer, but airport.code is varchar: declare both as the same type",
      "fact_plane.deeper is joined on airport.city, which is varchar, but plane.id is integer: declare both as the same type",
    ]);
  });

  it("include joins by parts that the key does not have, also in place of one that it has", () => {
    // The types refuse an object literal with a surplus part, but no variable.
    const more = { plane: "id", no: "id", stop: "id", gate: "id" } as const;
    const other = { plane: "id", nr: "id" } as const;
    const single = { id: "id", no: "id" } as const;
    const columns = {
      more: own.leftJoin(more, leg).copy("at"),
      other: own.innerJoin(other as never, leg).copy("at"),
      single: own.leftJoin(single, plane).copy("reg"),
      deeper: own.leftJoin("id", plane).leftJoin(more, leg).innerJoin("at", airport).copy("city"),
    };
    const remedy =
      "but the key of leg is leg.plane, leg.no: " +
      'name a column of plane for each part of that key, and no other: { "plane": "…", "no": "…" }';

    expect(problemsOf(planeWith(columns))).to.deep.equal([
      `fact_plane.more is joined to leg by stop, gate, ${remedy}`,
      `fact_plane.other is joined to leg by nr, ${remedy}`,
      "fact_plane.single is joined to plane by no, but the key of plane is plane.id: " +
        'name a column of plane for each part of that key, and no other: { "id": "…" }',
      `fact_plane.deeper is joined to leg by stop, gate, ${remedy}`,
    ]);
  });

  it("exclude joins on nullable columns, to the table itself, and from integer to bigint", () => {
    const part = sourceTable("part", {
      key: "id",
      columns: { id: bigint, of: optional(integer), name: text },
    });
    const parts = columnsOf(part);
    const whole = parts.leftJoin("of", part);

    expect(
      problemsOf(
        dimension("dim_part", {
          description: "",
          source: part,
          key: "id",
          columns: {
            id: parts.copy("id"),
            whole: whole.copy("name"),
            all: whole.leftJoin("of", part).copy("name"),
            name: parts.innerJoin("of", part).copy("name"),
          },
        }),
      ),
    ).to.deep.equal([]);
  });
});
