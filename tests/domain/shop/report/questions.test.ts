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
        /^Not known since 20 Nov 2026, 10:00 UTC\. Until then: No /,
      ],
      [
        { behind: { fact_any: { asOf: null, since: null, reason: "" } } },
        /^Not known, because fact_any never got all rows of the source\.$/,
      ],
      [
        { lacking: { fact_any: { rejected: 0, waiting: 1 } } },
        /^Not known, because rows of fact_any are missing\. According to the rows that arrived: No /,
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
          if (rows.length === 0) expect(table.text, id).to.match(/^<p>Not known[^.]*\.<\/p>$/);
        }
      }
    }
  });

  const late = (direction: "in" | "out"): Row => ({
    currency_code: "GBP",
    direction,
    age: "1",
    payments: "2",
    amount: "500.00",
    days_late: "3",
  });
  const paid = (paid_late: string): Row => ({
    month: "2026-10-01",
    orders: "9",
    days_to_delivery: "4",
    paid_orders: "3",
    paid_late,
  });
  const parts: readonly (readonly [mart: string, rows: readonly Row[], complete: string, overGap: string])[] =
    [
      [
        "outstanding_payments",
        [late("in")],
        "GBP 500 is owed to us late, in 2 payments; we owe 0 late, in 0.",
        "GBP 500 is owed to us late, in 2 payments; what we owe late is not known.",
      ],
      [
        "outstanding_payments",
        [late("out")],
        "GBP 0 is owed to us late, in 0 payments; we owe 500 late, in 2.",
        "What is owed to us late is not known; we owe GBP 500 late, in 2 payments.",
      ],
      [
        "outstanding_payments",
        [late("in"), late("out")],
        "GBP 500 is owed to us late, in 2 payments; we owe 500 late, in 2.",
        "GBP 500 is owed to us late, in 2 payments; we owe 500 late, in 2.",
      ],
      [
        "lead_times",
        [paid("0")],
        "Orders of Oct 2026 are to be delivered after 4 days on average. Of 3 paid orders 0 were paid late.",
        "Orders of Oct 2026 are to be delivered after 4 days on average. It is not known how many orders were paid late.",
      ],
      [
        "lead_times",
        [paid("1")],
        "Orders of Oct 2026 are to be delivered after 4 days on average. Of 3 paid orders 1 were paid late.",
        "Orders of Oct 2026 are to be delivered after 4 days on average. Of 3 paid orders 1 were paid late.",
      ],
    ];
  for (const [mart, rows, complete, overGap] of parts) {
    it(`do not say that a part does not exist over such a table: ${overGap}`, () => {
      const question = questions.find((one) => idOf(one) === mart)!;
      const answer = (gap: Partial<Report>): string => {
        const report = { ...reportOf("2026-11-25T07:31:00.000Z", { [mart]: rows }), ...gap };
        return sectionParts({ ...report, reads: { [mart]: ["fact_any"] } }, question, GBP).view.answer;
      };
      const asOf = "2026-11-20T10:00:00.000Z";
      expect(answer({})).to.equal(complete);
      expect(answer({ behind: { fact_any: { asOf, since: asOf, reason: "" } } })).to.equal(overGap);
      expect(answer({ behind: { fact_any: { asOf: null, since: null, reason: "" } } })).to.equal(overGap);
      expect(answer({ lacking: { fact_any: { rejected: 0, waiting: 1 } } })).to.equal(overGap);
    });
  }

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
