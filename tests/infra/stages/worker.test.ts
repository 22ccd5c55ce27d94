import { expect } from "chai";
import type { Program } from "../../../local/pulumi/program";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { bucketOf, resourcesOf, stageOf } from "../../support/program/declared";
import { devProgram, programWith } from "../../support/program/dev-program";

describe("Workers help with large commits:", () => {
  let program: Program;

  before(async () => {
    program = await devProgram();
  });

  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);
  const queueOf = (suffix: string): DeclaredResource =>
    all("Queue").find(({ name }) => new RegExp(`-${suffix}-[0-9a-f]{7}$`).test(name))!;

  it("what is handed out in the processed bucket becomes a message", () => {
    const ofProcessed = all("BucketNotification").filter(
      ({ inputs }) => inputs["bucket"] === bucketOf(program, "processed").name,
    );
    expect(ofProcessed.map(({ inputs }) => inputs["queues"])).to.deep.equal([
      [
        {
          queueArn: queueOf("remodel-tasks").arn,
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "handouts/",
          filterSuffix: ".json",
        },
      ],
    ]);
  });

  it("each message is an invocation, four at a time, and comes back for a day until somebody has done it", () => {
    expect(all("EventSourceMapping").map(({ inputs }) => inputs)).to.deep.equal([
      {
        eventSourceArn: queueOf("remodel-tasks").arn,
        functionName: stageOf(program, "remodel").arn,
        batchSize: 1,
        scalingConfig: { maximumConcurrency: 4 },
        tags: { project: "marble", stack: "dev" },
      },
    ]);
    const { inputs } = queueOf("remodel-tasks");
    expect(inputs["visibilityTimeoutSeconds"]).to.equal(6 * stageOf(program, "remodel").timeoutSeconds);
    expect(inputs).to.include({ messageRetentionSeconds: 86_400 }).and.not.have.any.keys("redrivePolicy");
  });

  it("or none do, and nothing of it is there", async () => {
    const without = await programWith({ remodelConcurrency: "0" });
    expect(without.functions).to.have.lengthOf(4);
    expect(stageOf(without, "process").environment["REMODEL_CONCURRENCY"]).to.equal("0");
    // The policies of the lake's buckets name the worker's role all the same: a deployment may not write them.
    const others = without.resources.filter(({ type }) => !type.endsWith(":BucketPolicy"));
    expect(JSON.stringify(others.map(({ inputs, name }) => [name, inputs]))).not.to.match(
      /remodel-|handouts/,
    );
    for (const type of ["EventSourceMapping", "QueuePolicy"])
      expect(resourcesOf(without.resources, type), type).to.deep.equal([]);
    expect(resourcesOf(without.resources, "Queue")).to.deep.equal([]);
  });
});
