import { randomUUID } from "node:crypto";

import { expect } from "chai";

import { createAsyncInvoker } from "../../../../local/cloud/lambda/asynchronous";
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

describe("An asynchronous invocation", () => {
  it("is tried once when it succeeds", async () => {
    const lambda = failingFunction({ failures: 0 });
    const invoker = createAsyncInvoker({ function: lambda.function });
    invoker.enqueue({ n: 1 });
    await invoker.drain();
    expect(lambda.attempts.map(({ event }) => event)).to.deep.equal([{ n: 1 }]);
  });

  it("is retried with the same request id until it succeeds", async () => {
    const lambda = failingFunction({ failures: 2 });
    const invoker = createAsyncInvoker({ function: lambda.function, retryDelaysMs: [1] });
    invoker.enqueue({ n: 1 });
    await invoker.drain();
    expect(lambda.attempts).to.have.length(3);
    expect(new Set(lambda.attempts.map(({ requestId }) => requestId)).size).to.equal(1);
  });

  for (const [retries, attempts] of [
    [undefined, 3],
    [0, 1],
    [1, 2],
  ] as const)
    it(`is dropped after its last attempt: ${attempts}`, async () => {
      const lambda = failingFunction({ failures: Infinity });
      const invoker = createAsyncInvoker({
        function: lambda.function,
        retryDelaysMs: [1, 1],
        ...(retries !== undefined && { maximumRetryAttempts: retries }),
      });
      invoker.enqueue({ n: 1 });
      await invoker.drain();
      expect(lambda.attempts.map(({ event }) => event)).to.deep.equal(Array(attempts).fill({ n: 1 }));
      expect(new Set(lambda.attempts.map(({ requestId }) => requestId)).size).to.equal(1);
    });

  it("runs in parallel up to the concurrency of the function", async () => {
    const lambda = failingFunction({ failures: 0 });
    const invoker = createAsyncInvoker({ function: lambda.function, maximumConcurrency: 3 });
    for (let n = 0; n < 10; n += 1) invoker.enqueue({ n });
    await invoker.drain();
    expect(lambda.attempts).to.have.length(10);
    expect(lambda.concurrency.highest).to.equal(3);
  });

  it("runs in parallel in real processes, survives a crash and ends its retries", async () => {
    const lambda = testFunction({
      source: "exports.handler = async (event) => { if (event.bad) process.exit(1) }",
    });
    const ended: InvocationResult[] = [];
    const invoker = createAsyncInvoker({
      function: {
        arn: lambda.arn,
        invoke: async (event, options) => {
          const result = await lambda.invoke(event, options);
          ended.push(result);
          return result;
        },
      },
      retryDelaysMs: [1],
      maximumRetryAttempts: 1,
    });
    invoker.enqueue({ bad: true });
    invoker.enqueue({ bad: false });
    await invoker.drain();
    expect(ended.filter(({ ok }) => ok)).to.have.length(1);
    const errors = ended.flatMap(({ ok, payload }) => (ok ? [] : [payload]));
    expect(errors).to.have.length(2);
    for (const error of errors) expect(error).to.deep.include({ errorType: "Runtime.ExitError" });
  });
});

describe("A stopped queue", () => {
  it("begins no further attempt and accepts no further event", async () => {
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
