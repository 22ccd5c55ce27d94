import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { LONGEST_LINK } from "../infra/settings/config";
import { runProgram, type Program } from "../local/pulumi/program";
import type { DeclaredResource } from "../local/cloud/declared-resource";
import { resourcesOf, stageOf } from "./support/program/declared";
import { commandProblems } from "./support/shell-rules";
import { devProgram } from "./support/program/dev-program";

/** CloudWatch cuts a longer description off. */
const LONGEST_DESCRIPTION = 1024;

describe("The alarms of the program", () => {
  let program: Program;

  before(async () => {
    program = await devProgram();
  });

  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);

  /** The metrics with an alarm, as `metric of service or function`. */
  const watched = (namespace: string): string[] =>
    all("MetricAlarm")
      .filter(({ inputs }) => ownMetric(inputs).namespace === namespace)
      .map(({ inputs }) => {
        const own = ownMetric(inputs);
        const { service, FunctionName } = own.dimensions;
        return `${own.metricName} of ${service ?? FunctionName ?? "none"}`;
      });

  it("watch errors, throttles and duration of every stage, errors of the workers, and invocations of the report", () => {
    const worker = stageOf(program, "remodel");
    expect(watched("AWS/Lambda")).to.have.members([
      ...program.functions.flatMap(({ name }) =>
        (name === worker.name ? ["Errors"] : ["Errors", "Throttles", "Duration"]).map(
          (metric) => `${metric} of ${name}`,
        ),
      ),
      `Invocations of ${stageOf(program, "report").name}`,
    ]);
  });

  it("watch no queue, because a failed event is dropped and the next event does its work", () => {
    expect(watched("AWS/SQS")).to.deep.equal([]);
    expect(all("Queue")).to.have.lengthOf(1);
    expect(JSON.stringify(program.resources.map(({ inputs }) => inputs))).not.to.match(
      /deadLetter|redrivePolicy|onFailure/,
    );
  });

  it("watch the metrics that the stages record about this stack's data, and missing metrics", () => {
    expect(watched("Marble")).to.have.members([
      "Freshness of load",
      "Freshness of load",
      "RowsRejected of process",
      "OrphansWaiting of load",
      "TablesQuarantined of process",
      "TablesHeld of ingest",
      "TablesFailed of ingest",
      "TablesRefused of ingest",
      "TablesAbsent of process",
    ]);
    const ours = all("MetricAlarm").filter(({ inputs }) => inputs["namespace"] === "Marble");
    for (const { inputs } of ours) expect(inputs["dimensions"]).to.include({ environment: "dev" });
  });

  it("mail the configured address when they ring and when they are OK again", () => {
    const [subscription] = all("TopicSubscription");
    expect(subscription?.inputs).to.include({ protocol: "email", endpoint: "data@example.com" });
    for (const { inputs } of all("MetricAlarm")) {
      expect(inputs["alarmActions"]).to.deep.equal([subscription?.inputs["topic"]]);
      expect(inputs["okActions"]).to.deep.equal([subscription?.inputs["topic"]]);
    }
  });

  it("link to an existing section of the runbook and to a declared log group", () => {
    const runbook = readFileSync("docs/runbook.md", "utf8");
    const sections = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title));
    const logGroups = all("LogGroup").map(({ name }) => name);
    for (const { inputs } of all("MetricAlarm")) {
      const text = String(inputs["alarmDescription"]);
      const [, section] = /^What to do: docs\/runbook\.md#(.*)$/m.exec(text) ?? [];
      expect(sections).to.include(section);
      const [, logGroup] = /^Logs: https:.*log-group\/(.*)$/m.exec(text) ?? [];
      expect(logGroups).to.include(logGroup);
    }
  });

  it("say what ALARM and OK mean and give a command that shows the cause", () => {
    const groups = all("LogGroup").map(({ name }) => name);
    for (const { inputs } of all("MetricAlarm")) {
      const text = String(inputs["alarmDescription"]);
      expect(text).to.match(
        /^ALARM means: .+\.\nOK means: .+\.\n\n.+\.\n\nSee why: .+\nWhat to do: .+\nLogs: .+$/,
      );
      const [, show = ""] = /^See why: (.*)$/m.exec(text) ?? [];
      expect(commandProblems(show), show).to.deep.equal([]);
      expect(show).to.match(/^(aws|SELECT) /);
      if (show.startsWith("aws logs")) expect(groups).to.include(show.split(" ")[3]);
      expect(text).not.to.match(/undefined|\[object/);
    }
  });

  it("fit into CloudWatch's limit with the longest names and the longest link of a stack", async () => {
    const link = `https://example.com/${"r".repeat(LONGEST_LINK - 20)}`;
    const longest = await runProgram({
      config: { "marble:alertEmail": "data@example.com", "marble:runbookUrl": link },
      stack: "s".repeat(30),
      workDirectory: mkdtempSync(join(tmpdir(), "marble-alarms-")),
    });
    for (const { name, inputs } of resourcesOf(longest.resources, "MetricAlarm"))
      expect(String(inputs["alarmDescription"]).length, name).to.be.at.most(LONGEST_DESCRIPTION);
  }).timeout(60_000);
});

interface Measured {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metric that an alarm measures itself, without the metric that overrules it. */
function ownMetric(inputs: DeclaredResource["inputs"]): Measured {
  const queries = (inputs["metricQueries"] ?? []) as { readonly id: string; readonly metric?: Measured }[];
  return queries.find(({ id }) => id === "own")?.metric ?? (inputs as unknown as Measured);
}

/** The anchor that a heading gets where Markdown is shown. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
