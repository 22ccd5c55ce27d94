import { expect } from "chai";
import { chartOption } from "../../../../domain/report/charts/chart-option";
import { latePayments } from "../../../../domain/shop/report/questions/late-payments";
import type { Row } from "../../../../domain/report/question";

const GBP = { currency: "GBP", since: "" };

describe("The names of columns", () => {
  const labelsOf = (categories: readonly string[], width: number): Record<string, unknown> => {
    const series = [{ name: "Amount", values: categories.map(() => 1) }];
    const { xAxis } = chartOption({ kind: "columns", categories, series, unit: "GBP" }, width);
    return (xAxis as { axisLabel: Record<string, unknown> }).axisLabel;
  };

  it("are all shown when they are few, also on a phone", () => {
    const late: Row = { currency_code: "GBP", direction: "in", age: "4", payments: "1", amount: "1.00" };
    const { chart } = latePayments.view([late], GBP);
    expect(chart?.categories).to.deep.equal(["1–7 days", "8–30 days", "31–90 days", "over 90 days"]);
    for (const width of [300, 560]) {
      const { interval, width: room, overflow, lineHeight } = labelsOf(chart!.categories, width);
      expect([interval, overflow]).to.deep.equal([0, "break"]);
      // Without this setting the second line would cover the first.
      expect(lineHeight).to.be.greaterThan(12);
      expect((room as number) * 4)
        .to.be.lessThan(width)
        .and.greaterThan(width / 2);
    }
  });

  it("are thinned out for many months", () => {
    expect(labelsOf(Array(12).fill("Nov 2026"), 300)).not.to.have.property("interval");
  });
});

describe("The legend of a chart", () => {
  const topOf = (names: readonly string[], width: number): number => {
    const series = names.map((name) => ({ name, values: [1] }));
    const { grid } = chartOption({ kind: "lines", categories: ["Nov 2026"], series, unit: "days" }, width);
    return (grid as { top: number }).top;
  };

  it("has room above the chart, for two rows on a phone", () => {
    const three = ["To agreed delivery", "To agreed payment", "To payment"];
    expect([topOf(["Revenue"], 317), topOf(three, 560), topOf(three, 317)]).to.deep.equal([30, 54, 74]);
  });
});

describe("The axis of a chart", () => {
  it("names its unit in either orientation of the chart", () => {
    for (const [kind, axis] of [
      ["bars", "xAxis"],
      ["columns", "yAxis"],
      ["lines", "yAxis"],
    ] as const) {
      const series = [{ name: "Revenue", values: [1] }];
      const option = chartOption({ kind, categories: ["Nov 2026"], series, unit: "GBP" }, 560);
      expect(option[axis], kind).to.include({ name: "GBP" });
    }
  });
});
