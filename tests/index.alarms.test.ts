import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Program } from "../local/pulumi/program";
import type { DeclaredResource } from "../local/cloud/declared-resource";
import { resourcesOf, stageOf } from "./support/program/declared";
import { devProgram } from "./support/program/dev-program";

describe("The alarms of the program watch", () => {
  let program: Program;

  before(async () => {
    program = await devProgram();
  });

  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);

  /** What is watched, as `metric of whom`. */
  const watched = (namespace: string): string[] =>
    all("MetricAlarm")
      .filter(({ inputs }) => inputs["namespace"] === namespace)
      .map(({ inputs }) => {
        const { service, FunctionName, QueueName } = inputs["dimensions"] as Record<string, string>;
        return `${String(inputs["metricName"])} of ${service ?? FunctionName ?? QueueName ?? "none"}`;
      });

  it("errors, throttles and the duration of every stage, errors of the workers, and every dead-letter queue", () => {
    const worker = stageOf(program, "remodel");
    expect(watched("AWS/Lambda")).to.have.members(
      program.functions.flatMap(({ name }) =>
        (name === worker.name ? ["Errors"] : ["Errors", "Throttles", "Duration"]).map(
          (metric) => `${metric} of ${name}`,
        ),
      ),
    );
    // What lies in the queue of tasks is work, and no failure.
    const deadLetters = all("Queue").filter(({ inputs }) => inputs["redrivePolicy"] === undefined);
    expect(watched("AWS/SQS")).to.have.members(
      deadLetters.map(({ name }) => `ApproximateNumberOfMessagesVisible of ${name}`),
    );
    expect(deadLetters).to.have.lengthOf(9);
    expect(all("Queue")).to.have.lengthOf(10);
  });

  it("a dead-letter queue with a text that has its name as AWS knows it", () => {
    for (const { inputs } of all("MetricAlarm").filter((alarm) => alarm.inputs["namespace"] === "AWS/SQS")) {
      const { QueueName } = inputs["dimensions"] as Record<string, string>;
      expect(String(inputs["alarmDescription"])).to.include(` in the queue ${QueueName}`);
      expect(QueueName, "as Pulumi makes it").to.match(/-[0-9a-f]{7}$/);
    }
  });

  it("what the stages tell of this stack's data, and their silence", () => {
    expect(watched("Marble")).to.have.members([
      "Freshness of load",
      "Freshness of load",
      "RowsRejected of process",
      "OrphansWaiting of load",
      "TablesQuarantined of process",
      "TablesHeld of ingest",
      "TablesFailed of ingest",
      "TablesRefused of ingest",
    ]);
    const ours = all("MetricAlarm").filter(({ inputs }) => inputs["namespace"] === "Marble");
    for (const { inputs } of ours) expect(inputs["dimensions"]).to.include({ environment: "dev" });
  });

  it("with alarms that mail the configured address when they ring and when it is over", () => {
    const [subscription] = all("TopicSubscription");
    expect(subscription?.inputs).to.include({ protocol: "email", endpoint: "data@example.com" });
    for (const { inputs } of all("MetricAlarm")) {
      expect(inputs["alarmActions"]).to.deep.equal([subscription?.inputs["topic"]]);
      expect(inputs["okActions"]).to.deep.equal([subscription?.inputs["topic"]]);
    }
  });

  it("with texts that end in a section that the runbook has and in a log group that is there", () => {
    const runbook = readFileSync("docs/runbook.md", "utf8");
    const sections = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title));
    const logGroups = all("LogGroup").map(({ name }) => name);
    for (const { inputs } of all("MetricAlarm")) {
      const text = String(inputs["alarmDescription"]);
      expect(text.length, text).to.be.at.most(1024);
      const [, section] = /^What to do: docs\/runbook\.md#(.*)$/m.exec(text) ?? [];
      expect(sections).to.include(section);
      const [, logGroup] = /^Logs: https:.*log-group\/(.*)$/m.exec(text) ?? [];
      expect(logGroups).to.include(logGroup);
    }
  });
});

/** The anchor that a heading gets where Markdown is shown. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
