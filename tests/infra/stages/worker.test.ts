import { expect } from "chai";
import type { Program } from "../../../local/pulumi/program";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { bucketOf, resourcesOf, stageOf } from "../../support/program/declared";
import { devProgram, programWith } from "../../support/program/dev-program";

describe("The workers for large commits", () => {
  let program: Program;

  before(async () => {
    program = await devProgram();
  });

  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);
  const queueOf = (suffix: string): DeclaredResource =>
    all("Queue").find(({ name }) => new RegExp(`-${suffix}-[0-9a-f]{7}$`).test(name))!;

  it("receive a message for each task in the processed bucket", () => {
    const ofProcessed = all("BucketNotification").filter(
      ({ inputs }) => inputs["bucket"] === bucketOf(program, "processed").name,
    );
    expect(ofProcessed.map(({ inputs }) => inputs["queues"])).to.deep.equal([
      [
        {
          queueArn: queueOf("remodel-tasks").arn,
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "task-messages/",
          filterSuffix: ".json",
        },
      ],
    ]);
  });

  it("handle one message each, four in parallel, and retry a message for a day", () => {
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

  it("are not declared when the stack switches them off", async () => {
    const without = await programWith({ remodelConcurrency: "0" });
    expect(without.functions).to.have.lengthOf(4);
    expect(stageOf(without, "process").environment["REMODEL_CONCURRENCY"]).to.equal("0");
    // The bucket policies name the worker's role even so, because a deployment may not change them.
    const others = without.resources.filter(({ type }) => !type.endsWith(":BucketPolicy"));
    expect(JSON.stringify(others.map(({ inputs, name }) => [name, inputs]))).not.to.match(
      /remodel-|task-messages/,
    );
    for (const type of ["EventSourceMapping", "QueuePolicy"])
      expect(resourcesOf(without.resources, type), type).to.deep.equal([]);
    expect(resourcesOf(without.resources, "Queue")).to.deep.equal([]);
  });
});
