import { expect } from "chai";
import { integer, text, date } from "../../../domain/model/types";
import { takesCopy, type TableFacts } from "../../../domain/warehouse/direct-copy";
import type { TargetTable } from "../../../domain/warehouse/target";

const target = {
  table: {
    columns: {
      id: { type: integer, nullable: false },
      name: { type: text, nullable: true },
      day: { type: date, nullable: false },
    },
  },
  columns: new Map([
    ["id", "Id"],
    ["name", "name"],
    ["day", "day"],
  ]),
} as unknown as TargetTable;

const facts = (types: Readonly<Record<string, string>>, plain = true): TableFacts => ({
  plain,
  types: { Id: "integer", name: "text", day: "date", ...types },
  foreignKeys: [],
});

describe("a table takes rows straight", () => {
  it("when its columns have the model's types, whatever a text is called", () => {
    expect(takesCopy(target, facts({}))).to.equal(true);
    expect(takesCopy(target, facts({ name: "character varying" }))).to.equal(true);
  });

  it("but not when a value must be cast: as many bytes would be read as something else", () => {
    expect(takesCopy(target, facts({ day: "integer" }))).to.equal(false);
    expect(takesCopy(target, facts({ Id: "bigint" }))).to.equal(false);
    expect(takesCopy(target, facts({ name: "character" }))).to.equal(false);
  });

  it("nor when COPY would not do what INSERT does", () => {
    expect(takesCopy(target, facts({}, false))).to.equal(false);
  });
});
