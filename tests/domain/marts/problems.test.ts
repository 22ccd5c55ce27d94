import { expect } from "chai";
import type { Mart } from "../../../domain/marts/mart";
import { martProblems } from "../../../domain/marts/problems";
import { dimDate } from "../../../domain/model/dim-date";
import { hireMarts, takingsByDay } from "../../support/hires/marts";
import { dimBike, factHire, hireModel } from "../../support/hires/model";

const small = { version: 1, calendar: dimDate, tables: [factHire] };
const mart = (name: string, sql: string): Mart => ({ ...takingsByDay, name, sql });

describe("The problems of the marts", () => {
  it("are empty when each mart reads the model or the loader's tables", () => {
    expect(martProblems({ model: hireModel, marts: hireMarts })).to.deep.equal([]);
    const reading = ["dim_date", "fact_hire", "CURRENT_HIRE", "marble_batch"].map((name, index) =>
      mart(`mart_${index}`, `WITH x AS (SELECT 1) SELECT count(*) FROM ${name}, x`),
    );
    expect(martProblems({ model: small, marts: reading })).to.deep.equal([]);
  });

  it("are empty when a mart reads the history of a dimension", () => {
    const kept = { ...dimBike, history: "bike_history" };
    expect(
      martProblems({
        model: { ...small, tables: [kept] },
        marts: [mart("moves", "SELECT count(*) FROM bike_history")],
      }),
    ).to.deep.equal([]);
  });

  it("are statements that read no known table, and repeated names", () => {
    const [days, none] = [mart("days", "SELECT * FROM dim_date"), mart("pay", "SELECT * FROM dim_dat")];

    expect(martProblems({ model: small, marts: [days, none, days] })).to.deep.equal([
      "several marts have the name days: give each another name",
      "the mart pay names no table of the model; it may name dim_date, current_hire, fact_hire, " +
        "marble_ledger, marble_batch, marble_deletion, marble_orphan, marble_placeholder, marble_source, marble_lineage, marble_mirror, marble_freshness",
    ]);
  });
});
