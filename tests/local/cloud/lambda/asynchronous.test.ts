import { randomUUID } from "node:crypto";

import { expect } from "chai";

import { createAsyncInvoker, type FailureRecord } from "../../../../local/cloud/lambda/asynchronous";
import type { InvocationResult, LambdaFunction } from "../../../../local/cloud/lambda/function";
import { removeTestFunctions, testFunction } from "./package";

afterEach(removeTestFunctions);

interface Attempt {
  readonly event: unknown;
  readonly requestId: string;
}

/** A function that fails its first attempts at each event and records all of them. */
function failingFunction({ failures }: { readonly failures: number }): {
  readonly attempts: Attempt[];
  readonly concurrency: { highest: number };
  readonly function: Pick<LambdaFunction, "arn" | "invoke">;
} {
  const attempts: Attempt[] = [];
  const concurrency = { highest: 0 };
  let running = 0;
  return {
    attempts,
    concurrency,
    function: {
      arn: "arn:aws:lambda:eu-west-2:000000000000:function:load",
      async invoke(event, { requestId = randomUUID() } = {}): Promise<InvocationResult> {
        attempts.push({ event, requestId });
        running += 1;
        concurrency.highest = Math.max(concurrency.highest, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        const ok = attempts.filter((attempt) => attempt.requestId === requestId).length > failures;
        const common = { durationMs: 5, coldStart: false, timedOut: false, requestId, maxMemoryUsedMb: 60 };
        const payload = { errorType: "Error", errorMessage: `attempt ${attempts.length}` };
        return { ok, payload: ok ? null : payload, ...common };
      },
    },
  };
}

function destination(): { records: FailureRecord[]; onFailure: (record: FailureRecord) => Promise<void> } {
  const records: FailureRecord[] = [];
  return {
    records,
    onFailure: (record) => {
      records.push(record);
      return Promise.resolve();
    },
  };
}

describe("An asynchronous invocation", () => {
  it("is tried once when it succeeds", async () => {
    const lambda = failingFunction({ failures: 0 });
    const invoker = createAsyncInvoker({ function: lambda.function });
    invoker.enqueue({ n: 1 });
    await invoker.drain();
    expect(lambda.attempts.map(({ event }) => event)).to.deep.equal([{ n: 1 }]);
  });

  it("is tried again, with the same request id, until it succeeds", async () => {
    const lambda = failingFunction({ failures: 2 });
    const { records, onFailure } = destination();
    const invoker = createAsyncInvoker({
      function: lambda.function,
      retryDelaysMs: [1],
      onFailure,
    });
    invoker.enqueue({ n: 1 });
    await invoker.drain();
    expect(lambda.attempts).to.have.length(3);
    expect(new Set(lambda.attempts.map(({ requestId }) => requestId)).size).to.equal(1);
    expect(records).to.deep.equal([]);
  });

  it("goes to the destination after its last attempt, with event and error", async () => {
    const lambda = failingFunction({ failures: Infinity });
    const { records, onFailure } = destination();
    const invoker = createAsyncInvoker({
      function: lambda.function,
      retryDelaysMs: [1, 1],
      onFailure,
    });
    invoker.enqueue({ n: 1 });
    await invoker.drain();
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.equal({
      version: "1.0",
      timestamp: new Date(records[0]!.timestamp).toISOString(),
      requestContext: {
        requestId: lambda.attempts[0]!.requestId,
        functionArn: "arn:aws:lambda:eu-west-2:000000000000:function:load:$LATEST",
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "Error", errorMessage: "attempt 3" },
    });
  });

  it("goes to the destination at once when retries are turned off", async () => {
    const lambda = failingFunction({ failures: Infinity });
    const { records, onFailure } = destination();
    const invoker = createAsyncInvoker({
      function: lambda.function,
      maximumRetryAttempts: 0,
      onFailure,
    });
    invoker.enqueue({});
    await invoker.drain();
    expect(lambda.attempts).to.have.length(1);
    expect(records.map((record) => record.requestContext.approximateInvokeCount)).to.deep.equal([1]);
  });

  it("makes drain reject when the destination fails", async () => {
    const lambda = failingFunction({ failures: Infinity });
    const invoker = createAsyncInvoker({
      function: lambda.function,
      maximumRetryAttempts: 0,
      onFailure: () => Promise.reject(new Error("queue is gone")),
    });
    invoker.enqueue({});
    const outcome = await invoker.drain().catch(String);
    expect(outcome).to.equal("Error: queue is gone");
  });

  it("runs beside others, up to the concurrency of the function", async () => {
    const lambda = failingFunction({ failures: 0 });
    const invoker = createAsyncInvoker({ function: lambda.function, maximumConcurrency: 3 });
    for (let n = 0; n < 10; n += 1) invoker.enqueue({ n });
    await invoker.drain();
    expect(lambda.attempts).to.have.length(10);
    expect(lambda.concurrency.highest).to.equal(3);
  });

  it("runs beside others in real processes, survives a crash and ends its retries", async () => {
    const { records, onFailure } = destination();
    const lambda = testFunction({
      source: "exports.handler = async (event) => { if (event.bad) process.exit(1) }",
    });
    const invoker = createAsyncInvoker({
      function: lambda,
      retryDelaysMs: [1],
      maximumRetryAttempts: 1,
      onFailure,
    });
    invoker.enqueue({ bad: true });
    invoker.enqueue({ bad: false });
    await invoker.drain();
    expect(records).to.have.length(1);
    expect(records[0]!.responsePayload).to.deep.include({ errorType: "Runtime.ExitError" });
  });
});

describe("A stopped queue", () => {
  it("begins no further attempt and takes no further event", async () => {
    const lambda = failingFunction({ failures: Infinity });
    const invoker = createAsyncInvoker({
      function: lambda.function,
      retryDelaysMs: [60_000],
      maximumConcurrency: 1,
    });
    invoker.enqueue({ n: 1 });
    invoker.enqueue({ n: 2 });
    await invoker.stop();
    expect(lambda.attempts.map(({ event }) => event)).to.deep.equal([{ n: 1 }]);
    expect(() => invoker.enqueue({ n: 3 })).to.throw("has been stopped");
  });
});
