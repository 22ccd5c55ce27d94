import { expect } from "chai";
import { designs } from "../../../../domain/shop/report/questions/designs";
import { questions } from "../../../../domain/shop/report/questions/questions";
import { revenue } from "../../../../domain/shop/report/questions/revenue";
import { staff } from "../../../../domain/shop/report/questions/staff";
import { reportOf, sales } from "../../../support/report/reports";
import { sectionParts } from "../../../../domain/report/page/section";
import type { Report } from "../../../../domain/report/report";
import { idOf, type Row } from "../../../../domain/report/question";

const GBP = { currency: "GBP", since: "" };
const design = (design_id: string, design_name: string | null, revenue: string): Row => ({
  design_id,
  design_name,
  currency_code: "GBP",
  orders: "1",
  units_sold: "1",
  revenue,
});

describe("A ranking", () => {
  it("distinguishes repeated names and leaves other names unchanged", () => {
    const rows = [design("7", "Steel", "3.00"), design("9", "Bronze", "2.00"), design("12", "Steel", "1.00")];
    const { answer, chart, table } = designs.view(rows, GBP);
    const names = ["Steel #7", "Bronze", "Steel #12"];
    expect(chart?.categories).to.deep.equal(names);
    expect(table.rows.map(([name]) => name)).to.deep.equal(names);
    expect(answer).to.equal("Steel #7 sells best: GBP 3.");
  });

  it("distinguishes rows without a name", () => {
    const rows = [design("7", null, "3.00"), design("9", null, "2.00")];
    expect(designs.view(rows, GBP).chart?.categories).to.deep.equal(["(no name) #7", "(no name) #9"]);
    expect(staff.view([{ currency_code: "GBP", sales_value: "1.00" }], GBP).chart?.categories).to.deep.equal([
      "(no name)",
    ]);
  });
});

describe("The answers of the report", () => {
  it("name their currency and months when they have no rows", () => {
    const filter = { currency: "USD", since: "2026-06-01" };
    expect(questions.map((question) => [idOf(question), question.view([], filter).answer])).to.deep.equal([
      ["revenue_by_month", "No sales in USD since Jun 2026."],
      ["outstanding_payments", "No payment in USD is late."],
      ["who_owes", "No late payments in USD."],
      ["best_designs", "No sales in USD."],
      ["counterparty_value", "No orders in USD."],
      ["sales_by_place", "No sales in USD."],
      ["department_performance", "No orders in USD since Jun 2026."],
      ["staff_performance", "No orders in USD."],
      ["lead_times", "No sales since Jun 2026."],
      ["order_changes", "No order was changed after it was placed."],
      ["deleted_orders", "No order in USD is deleted."],
    ]);
  });

  it("do not say that something does not exist over a table that is behind or lacks rows", () => {
    const filter = { currency: "USD", since: "2026-06-01" };
    const asOf = "2026-11-20T10:00:00.000Z";
    const payment = { currency_code: "USD", direction: "in", age: "0", payments: "1", amount: "1.00" };
    const reads = Object.fromEntries(questions.map(({ mart }) => [mart, ["fact_any"]]));
    const gaps: readonly (readonly [Partial<Report>, RegExp])[] = [
      [
        { behind: { fact_any: { asOf, since: asOf, reason: "" } } },
        /^Not known since 20 Nov 2026, 10:00 UTC\. The rows until then say: No /,
      ],
      [
        { behind: { fact_any: { asOf: null, since: null, reason: "" } } },
        /^Not known, because fact_any never got all rows of the source\.$/,
      ],
      [
        { lacking: { fact_any: { rejected: 0, waiting: 1 } } },
        /^Not known, because rows of fact_any are missing\. The rows that arrived say: No /,
      ],
    ];
    for (const [gap, expected] of gaps) {
      for (const question of questions) {
        const id = idOf(question);
        // A payment that is not due yet does not show that none is late.
        for (const rows of id === "outstanding_payments" ? [[], [payment]] : [[]]) {
          const report = { ...reportOf("2026-11-25T07:31:00.000Z", { [id]: rows }), reads, ...gap };
          const { view, table } = sectionParts(report, question, filter);
          expect(view.answer, id).to.match(expected);
          if (rows.length === 0) expect(table.text, id).to.match(/<p>Not known/);
        }
      }
    }
  });

  it("name the filters that do not affect them", () => {
    const rows = [sales("2026-09-01", "1.00"), sales("2026-10-01", "2.00")].map((row) => ({
      ...row,
      department_name: "Sales",
      sales_value: "5.00",
    }));
    for (const { mart, scope = "", view } of questions) {
      const shown = (since: string): string => JSON.stringify(view(rows, { currency: "GBP", since }));
      const moves = shown("") !== shown("2026-10-01");
      expect(moves, mart).to.equal(!scope.includes("period above"));
    }
  });

  it("mark the current month in chart and table", () => {
    const rows = [sales("2026-10-01", "10.00"), sales("2026-11-01", "20.00")];
    const { answer, chart, table } = revenue.view(rows, GBP, "2026-11-01");
    expect(answer).to.include("the best was Nov 2026 so far");
    expect(chart?.categories).to.deep.equal(["Oct 2026", "Nov 2026 so far"]);
    expect(table.rows.map(([month]) => month)).to.deep.equal(["Nov 2026 so far", "Oct 2026"]);
  });
});
