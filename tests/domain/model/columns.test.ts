import { expect } from "chai";
import { columnsOf, joined, references, whenNull } from "../../../domain/model/columns";
import { columnNames, optional, sourceTable } from "../../../domain/model/source";
import { date, integer, text, time, timestamp } from "../../../domain/model/types";

const place = sourceTable("place", { key: "id", columns: { id: integer, city: optional(text) } });
const trip = sourceTable("trip", {
  key: "id",
  columns: {
    id: integer,
    place_id: integer,
    at: timestamp,
    back_at: optional(timestamp),
    due: text,
    note: optional(text),
  },
});
const own = columnsOf(trip);

describe("A source contract", () => {
  it("lists its columns in order and makes a plain type NOT NULL", () => {
    expect(columnNames(place)).to.deep.equal(["id", "city"]);
    expect(place.columns).to.deep.equal({
      id: { type: integer, nullable: false },
      city: { type: text, nullable: true },
    });
  });
});

describe("A warehouse column", () => {
  const upper = (value: string): string => value.toUpperCase();
  const cases = [
    [
      "that is copied keeps type and NULL",
      own.copy("note"),
      text,
      true,
      { kind: "copy", column: "note", from: "trip" },
    ],
    [
      "that is copied keeps type and NOT NULL",
      own.copy("id"),
      integer,
      false,
      { kind: "copy", column: "id", from: "trip" },
    ],
    ["of dateOf is a date", own.dateOf("at"), date, false, { kind: "dateOf", column: "at", from: "trip" }],
    [
      "of timeOf is a time",
      own.timeOf("back_at"),
      time,
      true,
      { kind: "timeOf", column: "back_at", from: "trip" },
    ],
    [
      "of parsedDate is a date",
      own.parsedDate("due"),
      date,
      false,
      { kind: "parsedDate", column: "due", from: "trip" },
    ],
    [
      "that is derived is a text",
      own.derive("note", upper),
      text,
      true,
      { kind: "derived", column: "note", from: "trip", derive: upper },
    ],
    [
      "that is joined comes from the other table",
      joined(trip, "place_id", place).copy("city"),
      text,
      true,
      { kind: "copy", column: "city", from: "trip", join: { kind: "inner", on: ["place_id"], to: place } },
    ],
  ] as const;
  for (const [what, column, type, nullable, origin] of cases) {
    it(what, () => {
      expect(column).to.deep.equal({ type, nullable, origin });
    });
  }

  it("that is joined on a composite key finds each part by its name, in any order", () => {
    const seat = sourceTable("seat", { key: ["row", "no"], columns: { no: text, row: text, view: text } });
    const ticket = sourceTable("ticket", { key: "id", columns: { id: text, seat_no: text, seat_row: text } });
    const own = columnsOf(ticket);
    const join = { kind: "left", on: ["seat_row", "seat_no"], to: seat };

    for (const seats of [
      own.leftJoin({ row: "seat_row", no: "seat_no" }, seat),
      own.leftJoin({ no: "seat_no", row: "seat_row" }, seat),
    ])
      expect(seats.copy("view").origin).to.deep.equal({ kind: "copy", column: "view", from: "ticket", join });
  });

  it("may refer to a dimension", () => {
    expect(references("dim_date", own.dateOf("at"))).to.deep.equal({
      ...own.dateOf("at"),
      references: "dim_date",
    });
  });

  it("is NOT NULL when the model replaces NULL", () => {
    expect(whenNull("", own.copy("note"))).to.deep.equal({
      ...own.copy("note"),
      nullable: false,
      whenNull: "",
    });
  });
});
