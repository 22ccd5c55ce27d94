import { expect } from "chai";
import { chartOption } from "../../../../domain/report/charts/chart-option";
import { chartSvg } from "../../../../domain/report/charts/chart-svg";
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

describe("A line of a chart", () => {
  /** The places of the points that the chart draws as a symbol. */
  const symbolsOf = (values: readonly (number | null)[]): number[] => {
    const categories = values.map((_, place) => `a long name of month ${place}`);
    const svg = chartSvg({
      kind: "lines",
      categories,
      series: [{ name: "To payment", values }],
      unit: "days",
    });
    return [...svg.matchAll(/ecmeta_data_index="(\d+)"/g)].map(([, place]) => Number(place));
  };
  const many = Array.from({ length: 60 }, (_, place) => (place % 2 === 0 ? null : place));

  for (const [what, values, places] of [
    ["shows points between gaps", [null, 5, null, 3, null], [1, 3]],
    ["shows the first and the last point next to a gap", [5, null, 1, 2, null, 3], [0, 5]],
    ["shows points between gaps, however many", many, many.flatMap((value) => value ?? [])],
    ["shows a zero between gaps", [null, 0, null], [1]],
    ["needs no symbols for points that it connects", [1, 2, null, 3, 4], []],
    ["shows each of few points", [1, 2], [0, 1]],
  ] as const)
    it(what, () => {
      expect(symbolsOf(values)).to.deep.equal(places);
    });
});
