import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { marts, model } from "../../../../domain/declarations";
import { martProblems } from "../../../../domain/marts/problems";
import { martsDocument } from "../../../support/oracle/marts-document";

const DOCUMENT = join(__dirname, "../../../../docs/marts.md");

describe("The declared marts", () => {
  it("have no problems with the model", () => {
    expect(martProblems({ model, marts })).to.deep.equal([]);
  });

  it("have distinct names, a question each and a description of every column", () => {
    expect(new Set(marts.map(({ name }) => name)).size).to.equal(marts.length);
    for (const { name, question, columns } of marts) {
      expect(name).to.match(/^[a-z]+(_[a-z]+)*$/);
      expect(question, name).to.match(/^[A-Z].*\?$/);
      for (const [column, { meaning }] of Object.entries(columns))
        expect(meaning, `${name}.${column}`).to.not.equal("");
    }
  });

  it("have charts of their columns with dates or names against numbers", () => {
    const charts = marts.flatMap(({ name, columns, chart }) => (chart ? [{ name, columns, chart }] : []));
    expect(charts.length).to.be.above(0);
    for (const { name, columns, chart } of charts) {
      const typeOf = (column: string): string | undefined => columns[column]?.type;
      expect(typeOf(chart.category), name).to.be.oneOf(["date", "text"]);
      for (const measure of chart.measures) expect(typeOf(measure), name).to.be.oneOf(["integer", "decimal"]);
      if (chart.series === undefined) continue;
      expect(typeOf(chart.series), name).to.equal("text");
      expect(chart.measures.length, `${name}: a colour is either a measure or a value`).to.be.below(2);
    }
  });

  it("never turn money into a float", () => {
    for (const { name, sql } of marts)
      expect(sql, name).not.to.match(/\b(float|double|real|percentile_cont|stddev)\b/);
  });

  it("match docs/marts.md, which MARBLE_WRITE_DOCS=1 writes", () => {
    const document = martsDocument(marts);
    if (process.env["MARBLE_WRITE_DOCS"] === "1") writeFileSync(DOCUMENT, document);
    expect(readFileSync(DOCUMENT, "utf8")).to.equal(document);
  });
});
