import { expect } from "chai";
import { designs } from "../../../../domain/shop/report/questions/designs";
import { staff } from "../../../../domain/shop/report/questions/staff";
import type { Row } from "../../../../domain/report/question";

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
  it("tells names apart that several have, and leaves the others as they are", () => {
    const rows = [design("7", "Steel", "3.00"), design("9", "Bronze", "2.00"), design("12", "Steel", "1.00")];
    const { answer, chart, table } = designs.view(rows, GBP);
    const names = ["Steel #7", "Bronze", "Steel #12"];
    expect(chart?.categories).to.deep.equal(names);
    expect(table.rows.map(([name]) => name)).to.deep.equal(names);
    expect(answer).to.equal("Steel #7 sells best: GBP 3.");
  });

  it("tells those apart that have none", () => {
    const rows = [design("7", null, "3.00"), design("9", null, "2.00")];
    expect(designs.view(rows, GBP).chart?.categories).to.deep.equal(["(no name) #7", "(no name) #9"]);
    expect(staff.view([{ currency_code: "GBP", sales_value: "1.00" }], GBP).chart?.categories).to.deep.equal([
      "(no name)",
    ]);
  });
});
