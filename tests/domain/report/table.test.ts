import { expect } from "chai";
import { orderOf, tableCsv } from "../../../domain/report/table";
import type { Table } from "../../../domain/report/question";

const table: Table = {
  columns: [{ title: "Name, short" }, { title: "Amount (GBP)", isNumber: true }],
  rows: [
    ['Ann "A"', "1,234.50"],
    ["=HYPERLINK(1)", "–"],
    ["bob", "−20 %"],
    ["Älva", "987.00"],
  ],
};

describe("A table of the report as CSV", () => {
  it("has machine-readable numbers, quotes where needed, and no formula", () => {
    expect(tableCsv(table).split("\r\n")).to.deep.equal([
      '"Name, short",Amount (GBP)',
      '"Ann ""A""",1234.50',
      "'=HYPERLINK(1),",
      "bob,-20",
      "Älva,987.00",
      "",
    ]);
  });
});

describe("The order of a table of the report", () => {
  it("is by value for numbers with missing values last", () => {
    expect(orderOf(table, { column: 1, descending: true })).to.deep.equal([0, 3, 2, 1]);
    expect(orderOf(table, { column: 1, descending: false })).to.deep.equal([2, 3, 0, 1]);
  });

  it("is alphabetical for texts and stable for equal texts", () => {
    expect(orderOf(table, { column: 0, descending: false })).to.deep.equal([1, 3, 0, 2]);
    const same = {
      ...table,
      rows: [
        ["a", "1"],
        ["a", "2"],
      ],
    };
    expect(orderOf(same, { column: 0, descending: true })).to.deep.equal([0, 1]);
  });
});
