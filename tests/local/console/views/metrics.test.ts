import { expect } from "chai";
import { METRICS, METRICS_NAMESPACE } from "../../../../domain/metrics";
import { metrics } from "../../../../local/console/views/metrics";

const now = new Date("2026-03-01T10:00:30Z");

describe("The metrics of the console", () => {
  it("have plain names and units, and keep zeros apart from minutes without a measurement", () => {
    const metric = { namespace: METRICS_NAMESPACE, metric: "RowsLoaded", dimensions: { service: "load" } };
    const values = new Map([
      ["2026-03-01T09:59:00.000Z", 0],
      ["2026-03-01T10:00:00.000Z", 7],
    ]);
    const { charts } = metrics(
      { metrics: () => [metric], statistic: (_, { from }) => values.get(from.toISOString()) },
      now,
    );
    expect(charts).to.have.lengthOf(1);
    expect(charts[0]).to.include({ title: "Rows loaded", unit: "rows", statistic: "Sum" });
    expect(charts[0]?.series[0]?.values.slice(-3)).to.deep.equal([null, 0, 7]);
  });

  it("have a name, every one, and no two of Marble the same", () => {
    const all = Object.keys(METRICS).map((metric) => ({
      namespace: METRICS_NAMESPACE,
      metric,
      dimensions: {},
    }));
    const { charts } = metrics({ metrics: () => all, statistic: () => undefined }, now);
    expect(new Set(charts.map(({ title }) => title)).size).to.equal(all.length);
    const aws = { namespace: "AWS/SQS", metric: "ApproximateAgeOfOldestMessage", dimensions: {} };
    const [chart] = metrics({ metrics: () => [aws], statistic: () => undefined }, now).charts;
    expect(chart?.title).to.equal("Approximate age of oldest message");
  });
});
