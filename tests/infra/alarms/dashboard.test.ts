import { expect } from "chai";
import { METRICS } from "../../../domain/metrics";
import type { Program } from "../../../local/pulumi/program";
import { inputsOf, resourcesOf } from "../../support/program/declared";
import { devProgram } from "../../support/program/dev-program";

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

describe("The dashboard of the program", () => {
  let program: Program;
  let widgets: readonly Widget[];

  before(async () => {
    program = await devProgram();
    const { dashboardBody } = inputsOf(program.resources, "Dashboard");
    ({ widgets } = JSON.parse(String(dashboardBody)) as { widgets: Widget[] });
  });

  const names = (type: string): string[] => resourcesOf(program.resources, type).map(({ name }) => name);
  const metrics = (): string[][] =>
    widgets.flatMap(({ properties }) => (properties["metrics"] ?? []) as string[][]);

  it("is named after the stack and fits CloudWatch's grid without overlaps", () => {
    expect(names("Dashboard")).to.deep.equal(["marble-dev-overview"]);
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from(
        { length: width * height },
        (_, cell) => `${x + (cell % width)},${y + Math.floor(cell / width)}`,
      ),
    );
    expect(new Set(cells).size).to.equal(cells.length);
    for (const { x, width } of widgets) expect(x + width).to.be.at.most(24);
  });

  it("shows every alarm", () => {
    const shown = widgets.find(({ type }) => type === "alarm")?.properties["alarms"];
    expect(shown).to.have.members(resourcesOf(program.resources, "MetricAlarm").map(({ arn }) => arn));
  });

  it("shows only metrics that this stack's stages record and metrics of declared resources", () => {
    const declared = new Set(["Function", "Bucket", "LogGroup"].flatMap(names));
    for (const [namespace, metric, ...dimensions] of metrics()) {
      if (namespace === "Marble") {
        expect(METRICS).to.include.keys(metric!);
        expect(dimensions).to.include.members(["environment", "dev"]);
      } else expect(declared).to.include(dimensions[1]);
    }
    for (const metric of [
      "Freshness",
      "CommitsBehind",
      "RowsLoaded",
      "Errors",
      "Duration",
      "BucketSizeBytes",
    ])
      expect(metrics().map(([, name]) => name)).to.include(metric);
  });

  it("sums the daily bytes of the logs and averages sizes", () => {
    const chart = widgets.find(({ properties }) => String(properties["title"]).includes("bytes"))!;
    expect(chart.properties["stat"]).to.equal("Average");
    for (const metric of chart.properties["metrics"] as unknown[][]) {
      const own = metric.at(-1);
      if (metric[1] === "IncomingBytes") expect(own).to.deep.equal({ stat: "Sum" });
      else expect(own, String(metric[1])).to.be.a("string");
    }
  });

  it("reads the logs of all stages, as the saved queries do", () => {
    const query = String(widgets.find(({ type }) => type === "log")?.properties["query"]);
    for (const group of names("LogGroup")) expect(query).to.include(`SOURCE '${group}'`);
    const saved = resourcesOf(program.resources, "QueryDefinition");
    expect(saved.length).to.be.greaterThan(3);
    for (const { inputs } of saved) {
      expect(inputs["name"]).to.match(/^marble-dev\/./);
      expect(inputs["logGroupNames"]).to.have.members(names("LogGroup"));
    }
  });
});
