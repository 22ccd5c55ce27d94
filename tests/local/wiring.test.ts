import { expect } from "chai";
import type { Program } from "../../local/pulumi/program";
import { wiringOf, type Wiring } from "../../local/wiring";
import { bucketOf, stageOf } from "../support/program/declared";
import { programWith } from "../support/program/dev-program";

describe("The wiring of the deployed program", () => {
  let program: Program;
  let wiring: Wiring;
  before(async () => {
    program = await programWith({
      ingestSchedule: "rate(7 minutes)",
      loadSchedule: "cron(0 6 * * ? *)",
      freshnessMinutes: "2880",
    });
    wiring = wiringOf(program);
  });

  const topic = (part: string): string => wiring.topics.find((arn) => arn.includes(`-${part}-`))!;

  it("has every bucket", () => {
    const buckets = ["ingestion", "processed", "reports", "lake-results"].map(
      (part) => bucketOf(program, part).name,
    );
    expect(wiring.buckets).to.have.members(buckets);
  });

  it("triggers process only for a new commit of the ingestion", () => {
    expect(wiring.objectTriggers).to.deep.equal([
      {
        bucket: bucketOf(program, "ingestion").name,
        prefix: "commits/",
        suffix: ".json",
        functionArn: stageOf(program, "process").arn,
      },
    ]);
  });

  it("has the configured schedule of every stage and a sweeper for process", () => {
    const expressions = (stage: string): string[] =>
      wiring.scheduleTriggers
        .filter(({ functionArn }) => functionArn === stageOf(program, stage).arn)
        .map(({ expression }) => expression);
    expect(expressions("ingest")).to.deep.equal(["rate(7 minutes)"]);
    expect(expressions("load")).to.deep.equal(["cron(0 6 * * ? *)"]);
    expect(expressions("process")).to.have.lengthOf(1);
    expect(expressions("report")).to.deep.equal(["rate(1 hour)"]);
    expect(wiring.scheduleTriggers).to.have.lengthOf(4);
  });

  for (const stage of ["ingest", "process", "load", "report"]) {
    it(`retries an event of ${stage} twice`, () => {
      const { name } = stageOf(program, stage);
      const [policy, ...more] = wiring.retryPolicies.filter(({ functionName }) => functionName === name);
      expect(more).to.deep.equal([]);
      expect(policy?.retries).to.equal(2);
    });

    it(`mails when ${stage} fails and when it recovers`, () => {
      const { name } = stageOf(program, stage);
      const alarms = wiring.alarms.filter(
        ({ metric, dimensions }) => metric === "Errors" && dimensions["FunctionName"] === name,
      );
      expect(alarms).to.have.lengthOf(1);
      expect(alarms[0]).to.deep.include({
        unlessMore: "Invocations",
        topicArns: [topic("alerts")],
        okTopicArns: [topic("alerts")],
      });
    });
  }

  it("mails to the configured address", () => {
    expect(wiring.mailSubscriptions).to.have.deep.members([
      { topicArn: topic("alerts"), email: "data@example.com" },
    ]);
  });
});
