import { expect } from "chai";
import type { Mart } from "../../../domain/marts/mart";
import { marts, model } from "../../../domain/declarations";
import { martProblems } from "../../../domain/marts/problems";
import { dimDate } from "../../../domain/model/dim-date";
import { dimStaff } from "../../../domain/shop/tables/dim-staff";
import { factPayment } from "../../../domain/shop/tables/fact-payment";

const small = { version: 1, calendar: dimDate, tables: [factPayment] };
const mart = (name: string, sql: string): Mart => ({ ...marts[0]!, name, sql });

describe("The problems of the marts", () => {
  it("are empty when each mart reads the model or the loader's tables", () => {
    expect(martProblems({ model, marts })).to.deep.equal([]);
    const reading = ["dim_date", "fact_payment", "CURRENT_PAYMENT", "marble_batch"].map((name, index) =>
      mart(`mart_${index}`, `WITH x AS (SELECT 1) SELECT count(*) FROM ${name}, x`),
    );
    expect(martProblems({ model: small, marts: reading })).to.deep.equal([]);
  });

  it("are empty when a mart reads the history of a dimension", () => {
    const kept = { ...dimStaff, history: "staff_history" };
    expect(
      martProblems({
        model: { ...small, tables: [kept] },
        marts: [mart("moves", "SELECT count(*) FROM staff_history")],
      }),
    ).to.deep.equal([]);
  });

  it("are statements that read no known table, and repeated names", () => {
    const [days, none] = [mart("days", "SELECT * FROM dim_date"), mart("pay", "SELECT * FROM dim_dat")];

    expect(martProblems({ model: small, marts: [days, none, days] })).to.deep.equal([
      "several marts have the name days: give each another name",
      "the mart pay names no table of the model; it may name dim_date, current_payment, fact_payment, " +
        "marble_ledger, marble_batch, marble_deletion, marble_orphan, marble_placeholder, marble_source, marble_lineage, marble_mirror",
    ]);
  });
});
