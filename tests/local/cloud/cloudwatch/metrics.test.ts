import { expect } from "chai";
import { embeddedMetrics } from "../../../../local/cloud/cloudwatch/embedded-metrics";
import { metricStore, type Statistic } from "../../../../local/cloud/cloudwatch/metric-store";

const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

describe("A line of a function's log", () => {
  const line = JSON.stringify({
    _aws: {
      Timestamp: at("10:00:00").getTime(),
      CloudWatchMetrics: [
        {
          Namespace: "Marble",
          Dimensions: [["service", "environment"], ["service"]],
          Metrics: [{ Name: "Rows" }],
        },
      ],
    },
    service: "load",
    environment: "dev",
    Rows: [3, 4],
  });

  it("yields each metric for every set of dimensions, with all values and the time", () => {
    const data = embeddedMetrics(line);
    expect(data.map(({ dimensions, value }) => [dimensions, value])).to.deep.equal([
      [{ service: "load", environment: "dev" }, 3],
      [{ service: "load", environment: "dev" }, 4],
      [{ service: "load" }, 3],
      [{ service: "load" }, 4],
    ]);
    for (const datum of data)
      expect(datum).to.deep.include({ namespace: "Marble", metric: "Rows", at: at("10:00:00") });
  });

  for (const other of ["START RequestId: 1", '{"message":"loaded"}', '{"_aws": 1}', '"_aws" {']) {
    it(`yields no metric when it is not EMF: ${other}`, () => {
      expect(embeddedMetrics(other)).to.deep.equal([]);
    });
  }
});

describe("The values of a metric", () => {
  const id = { namespace: "House", metric: "Heat", dimensions: { Room: "1", Floor: "2" } };
  const store = metricStore();
  for (const [time, value] of [
    ["10:00:59", 100],
    ["10:01:00", 1],
    ["10:02:30", 5],
    ["10:03:59", 3],
    ["10:04:00", 100],
  ] as const) {
    store.put({ ...id, value, at: at(time) });
  }
  for (const [statistic, expected] of [
    ["Sum", 9],
    ["Maximum", 5],
    ["Minimum", 1],
    ["Average", 3],
    ["SampleCount", 3],
  ] as [Statistic, number][]) {
    it(`of a period have the ${statistic} ${expected}`, () => {
      const range = { statistic, from: at("10:01:00"), to: at("10:04:00") };
      expect(store.statistic({ ...id, dimensions: { Floor: "2", Room: "1" } }, range)).to.equal(expected);
    });
  }

  it("are separate for other dimensions and missing without data", () => {
    const range = { statistic: "Sum", from: at("10:01:00"), to: at("10:04:00") } as const;
    expect(store.statistic({ ...id, dimensions: { Room: "1" } }, range)).to.equal(undefined);
    expect(store.statistic(id, { ...range, from: at("11:00:00"), to: at("11:05:00") })).to.equal(undefined);
    expect(store.metrics()).to.deep.equal([id]);
  });

  it("are dropped after seven days", () => {
    const old = metricStore();
    old.put({ ...id, value: 1, at: new Date("2026-03-01T00:00:00Z") });
    old.put({ ...id, value: 1, at: new Date("2026-03-09T00:00:00Z") });
    const range = { statistic: "Sum", from: new Date("2026-02-01"), to: new Date("2026-04-01") } as const;
    expect(old.statistic(id, range)).to.equal(1);
  });
});
