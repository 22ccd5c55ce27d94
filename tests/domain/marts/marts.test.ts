import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { marts } from "../../../domain/marts/marts";
import { martsDocument } from "../../support/marts-document";

const DOCUMENT = join(__dirname, "../../../docs/marts.md");

describe("The declared marts", () => {
  it("have names of their own, a question each, and words for every column", () => {
    expect(new Set(marts.map(({ name }) => name)).size).to.equal(marts.length);
    for (const { name, question, columns } of marts) {
      expect(name).to.match(/^[a-z]+(_[a-z]+)*$/);
      expect(question, name).to.match(/^[A-Z].*\?$/);
      for (const [column, { means }] of Object.entries(columns))
        expect(means, `${name}.${column}`).to.not.equal("");
    }
  });

  it("never make money a float", () => {
    for (const { name, sql } of marts)
      expect(sql, name).not.to.match(/\b(float|double|real|percentile_cont|stddev)\b/);
  });

  it("are what docs/marts.md says (MARBLE_WRITE_DOCS=1 writes it)", () => {
    const document = martsDocument(marts);
    if (process.env["MARBLE_WRITE_DOCS"] === "1") writeFileSync(DOCUMENT, document);
    expect(readFileSync(DOCUMENT, "utf8")).to.equal(document);
  });
});
