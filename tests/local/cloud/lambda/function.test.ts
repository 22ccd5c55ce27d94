import { expect } from "chai";

import { createFunction } from "../../../../local/cloud/lambda/function";
import { removeTestFunctions, testFunction } from "./package";

afterEach(removeTestFunctions);

/** A handler that returns its process id and the number of uses of that process. */
const COUNTER = `
  let count = 0;
  exports.handler = async () => ({ pid: process.pid, count: ++count });
`;

interface Count {
  pid: number;
  count: number;
}

/** Whether a process with this id exists. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("A Lambda function runs its deployment package as Lambda does", () => {
  it("passes the event to the handler and its result to the caller", async () => {
    const echo = testFunction({
      source: "exports.handler = async (event) => ({ got: event, at: __dirname })",
    });
    const result = await echo.invoke({ text: "naïve € \u{1f600}", list: [1, null] });
    expect(result.error).to.equal(undefined);
    expect(result.payload).to.deep.include({ got: { text: "naïve € \u{1f600}", list: [1, null] } });
    expect(result).to.include({ ok: true, timedOut: false, coldStart: true });
  });

  it("treats a missing event as an empty object and a missing result as null", async () => {
    const silent = testFunction({
      source: "exports.handler = async (event) => { if (JSON.stringify(event) !== '{}') throw event }",
    });
    expect(await silent.invoke(undefined)).to.include({ ok: true, payload: null });
  });

  for (const [handler, source] of [
    ["__index.handler", { "__index.js": "exports.handler = async () => 'ran'" }],
    ["deep/down/main.api.run", { "deep/down/main.js": "exports.api = { run: () => 'ran' }" }],
    ["module.handler", { "module.mjs": "export const handler = async () => 'ran'" }],
    ["common.handler", { "common.cjs": "exports.handler = async () => 'ran'" }],
    ["index.handler", { "index.js": "exports.handler = async (event, context, ...rest) => 'ran' + rest" }],
    ["index.handler", { "index.js": "exports.handler = async (a, b, c) => c ?? 'ran'" }],
  ] as const) {
    it(`finds ${handler} in ${Object.keys(source).join()}: ${Object.values(source).join()}`, async () => {
      const result = await testFunction({ handler, source }).invoke({});
      expect(result.payload).to.equal("ran");
    });
  }

  it("passes a context to the handler", async () => {
    const lambda = testFunction({
      source: `exports.handler = async (event, context) => {
        const first = context.getRemainingTimeInMillis();
        return { ...context, first, own: process.env._X_AMZN_TRACE_ID };
      }`,
      name: "ingest",
      timeoutSeconds: 7,
      memoryMb: 192,
    });
    const { payload, requestId } = await lambda.invoke({});
    const context = payload as Record<string, unknown>;
    expect(context).to.include({
      awsRequestId: requestId,
      functionName: "ingest",
      functionVersion: "$LATEST",
      memoryLimitInMB: "192",
      invokedFunctionArn: "arn:aws:lambda:eu-west-2:123456789012:function:ingest",
      logGroupName: "/aws/lambda/ingest",
    });
    expect(context["logStreamName"]).to.match(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(context["first"]).to.be.within(6000, 7000);
    expect(context["own"]).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
  });

  it("gives the function only its own environment variables", async () => {
    process.env["MARBLE_TEST_LEAK"] = "leaked";
    const lambda = testFunction({
      source: "exports.handler = async () => process.env",
      environment: { STAGE: "dev", AWS_REGION: "us-east-1" },
    });
    const { payload } = await lambda.invoke({});
    delete process.env["MARBLE_TEST_LEAK"];
    expect(payload).to.include({
      STAGE: "dev",
      AWS_REGION: "us-east-1",
      TZ: "UTC",
      _HANDLER: "index.handler",
    });
    expect(Object.keys(payload as object).sort()).to.deep.equal([
      ...["AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
      ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"],
      ...["AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API"],
      ...["AWS_REGION", "HOME", "LAMBDA_TASK_ROOT", "LANG", "PATH", "STAGE", "TZ", "_HANDLER"],
      "_X_AMZN_TRACE_ID",
    ]);
  });

  it("logs every line of the function, including the last", async () => {
    const lines: string[] = [];
    const lambda = testFunction({
      source: `exports.handler = async () => {
        console.log("one\\ntwo");
        console.error("three");
        process.stdout.write("four");
      }`,
      onLog: (line) => lines.push(line),
    });
    await lambda.invoke({});
    expect(lines).to.have.members(["one", "two", "three"]);
    await lambda.stop();
    expect(lines).to.have.members(["one", "two", "three", "four"]);
  });

  it("measures the duration of the handler without the start", async () => {
    const lambda = testFunction({
      source: `const until = Date.now() + 300; while (Date.now() < until);
        exports.handler = () => new Promise((resolve) => setTimeout(resolve, 50))`,
      timeoutSeconds: 0.2,
    });
    const result = await lambda.invoke({});
    expect(result.ok).to.equal(true);
    expect(result.durationMs).to.be.within(45, 190);
  });

  it("uses the given clock for every form of Date, also in a warm process", async () => {
    let ahead = 0;
    const lambda = testFunction({
      source: `exports.handler = async () => ({
        times: [Date.now(), new Date().getTime(), Date.parse(Date())],
        whole: new Date(0).toISOString(), is: new Date() instanceof Date,
      })`,
      now: () => new Date(Date.now() + ahead),
    });
    for (ahead of [0, 3_600_000, 7_200_000]) {
      const { payload } = await lambda.invoke({});
      const { times, ...rest } = payload as { times: number[] };
      for (const time of times) expect(Math.abs(time - Date.now() - ahead)).to.be.lessThan(3000);
      expect(rest).to.deep.equal({ whole: "1970-01-01T00:00:00.000Z", is: true });
    }
  });

  it("refuses a missing package", () => {
    const options = { name: "lost", handler: "a.b", timeoutSeconds: 1, memoryMb: 128, environment: {} };
    expect(() => createFunction({ ...options, directory: "/no/such/package" })).to.throw(
      /lost.*\/no\/such\/package/,
    );
  });
});

describe("A process is one execution environment", () => {
  it("stays warm and is reused", async () => {
    const counter = testFunction({ source: COUNTER });
    const first = await counter.invoke({});
    const second = await counter.invoke({});
    expect([first.coldStart, second.coldStart]).to.deep.equal([true, false]);
    expect(second.payload).to.deep.equal({ pid: (first.payload as Count).pid, count: 2 });
    expect(second.requestId).not.to.equal(first.requestId);
  });

  it("stays warm after an error of the handler", async () => {
    const lambda = testFunction({
      source:
        "let n = 0; exports.handler = async () => { n += 1; if (n === 1) throw new Error('once'); return n }",
    });
    await lambda.invoke({});
    expect(await lambda.invoke({})).to.include({ ok: true, payload: 2, coldStart: false });
  });

  it("handles one invocation at a time, and a concurrent one gets a second process", async () => {
    const counter = testFunction({ source: COUNTER });
    const results = await Promise.all([counter.invoke({}), counter.invoke({})]);
    const pids = results.map(({ payload }) => (payload as Count).pid);
    expect(new Set(pids).size).to.equal(2);
    const later = await Promise.all([counter.invoke({}), counter.invoke({})]);
    expect(later.map(({ payload }) => (payload as Count).pid)).to.have.members(pids);
  });

  it("ends at stop after the invocation in progress", async () => {
    const lambda = testFunction({
      source: "exports.handler = () => new Promise((done) => setTimeout(done, 100, { pid: process.pid }))",
    });
    const inProgress = lambda.invoke({});
    await lambda.stop();
    const { ok, payload } = await inProgress;
    expect(ok).to.equal(true);
    expect(isAlive((payload as Count).pid)).to.equal(false);
    const refusal = await lambda.invoke({}).catch(String);
    expect(refusal).to.include("test-function has been stopped");
  });
});
