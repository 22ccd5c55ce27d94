import { expect } from "chai";
import type { Authorizer } from "../../../../local/cloud/iam/authorizer";
import type { InvocationResult } from "../../../../local/cloud/lambda/function";
import type { DeclaredQueue } from "../../../../local/cloud/sqs/declared";
import { createWorkQueue, type WorkQueue } from "../../../../local/cloud/sqs/queue";
import { advancingClock, type AdvancingClock } from "../../../support/local/advancing-clock";

const DECLARED: DeclaredQueue = {
  arn: "arn:aws:sqs:eu-west-2:123456789012:tasks",
  name: "tasks",
  functionArn: "arn:aws:lambda:eu-west-2:123456789012:function:worker",
  batchSize: 1,
  maximumConcurrency: 2,
  visibilityMs: 60_000,
  retentionMs: 150_000,
  notifications: [{ bucket: "lake", prefix: "task-messages/", suffix: ".json" }],
};

interface Taken {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

describe("The stand-in for a queue that feeds a function", () => {
  let clock: AdvancingClock;
  let queue: WorkQueue;
  let denied: Set<string>;
  /** Every message that the function received, with callbacks that end its invocation. */
  let taken: { readonly message: Taken; readonly end: (ok: boolean) => void }[];
  beforeEach(() => {
    clock = advancingClock();
    denied = new Set();
    taken = [];
    queue = createWorkQueue(DECLARED, {
      function: {
        invoke: (event) =>
          new Promise((resolve) => {
            const [message] = (event as { Records: Taken[] }).Records;
            taken.push({ message: message!, end: (ok) => resolve({ ok } as InvocationResult) });
          }),
      },
      principal: { roleArn: "arn:aws:iam::123456789012:role/worker", session: "worker" },
      authorizer: {
        decide: (request) =>
          Promise.resolve({ ...request, allowed: !denied.has(request.action), message: "" }),
      } as Authorizer,
      clock,
    });
  });
  afterEach(async () => {
    for (const { end } of taken) end(true);
    await queue.stop();
  });

  const announce = (key: string, bucket = "lake"): void => queue.announce({ bucket, key, event: { key } });
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const bodies = (): string[] =>
    taken.map(({ message }) => (JSON.parse(message.body) as { key: string }).key);

  it("passes on S3's events for matching keys in order, as Lambda does", async () => {
    announce("task-messages/a.json");
    announce("task-messages/a.txt");
    announce("tasks/a.json");
    announce("task-messages/b.json", "other");
    announce("task-messages/b.json");
    await tick();

    expect(bodies()).to.deep.equal(["task-messages/a.json", "task-messages/b.json"]);
    expect(taken[0]!.message).to.include({
      eventSource: "aws:sqs",
      eventSourceARN: DECLARED.arn,
      awsRegion: "eu-west-2",
    });
  });

  it("runs at most the allowed number of parallel invocations", async () => {
    for (const name of ["a", "b", "c", "d"]) announce(`task-messages/${name}.json`);
    await tick();
    expect(taken).to.have.lengthOf(2);
    taken[1]!.end(true);
    await tick();
    expect(bodies()).to.deep.equal(["task-messages/a.json", "task-messages/b.json", "task-messages/c.json"]);
  });

  it("redelivers a message after each visibility timeout until it is too old", async () => {
    announce("task-messages/a.json");
    for (const receives of ["1", "2", "3"]) {
      await tick();
      const { message, end } = taken.at(-1)!;
      expect(message.attributes.ApproximateReceiveCount).to.equal(receives);
      end(false);
      await queue.settled();
      clock.advance(59_000);
      await tick();
      expect(taken).to.have.lengthOf(Number(receives));
      clock.advance(1000);
    }
    await queue.settled();

    expect(taken).to.have.lengthOf(3);
    expect(new Set(taken.map(({ message }) => message.messageId)).size).to.equal(1);
    clock.advance(600_000);
    await tick();
    expect(taken).to.have.lengthOf(3);
  });

  it("deletes a finished message if the role may, and otherwise redelivers it", async () => {
    announce("task-messages/a.json");
    await tick();
    denied.add("sqs:DeleteMessage");
    taken[0]!.end(true);
    await queue.settled();
    clock.advance(60_000);
    await tick();
    expect(taken).to.have.lengthOf(2);

    denied.clear();
    taken[1]!.end(true);
    await queue.settled();
    clock.advance(600_000);
    await tick();
    expect(taken).to.have.lengthOf(2);
  });

  for (const action of ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"]) {
    it(`keeps messages while the role lacks ${action}`, async () => {
      denied.add(action);
      announce("task-messages/a.json");
      await queue.settled();
      clock.advance(120_000);
      await queue.settled();
      expect(taken).to.deep.equal([]);

      denied.clear();
      clock.advance(20_000);
      await tick();
      expect(taken).to.have.lengthOf(1);
      expect(taken[0]!.message.attributes.ApproximateReceiveCount).to.equal("1");
    });
  }

  it("accepts nothing after stop and waits for the function", async () => {
    for (const name of ["a", "b", "c"]) announce(`task-messages/${name}.json`);
    await tick();
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    await tick();
    expect(stopped).to.equal(false);
    for (const { end } of taken) end(false);
    await stopping;
    clock.advance(600_000);
    await tick();
    expect(taken).to.have.lengthOf(2);
  });
});
