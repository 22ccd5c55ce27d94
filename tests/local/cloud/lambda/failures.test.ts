import { setTimeout as delay } from "node:timers/promises";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { createFunction } from "../../../../local/cloud/lambda/function";
import { removeTestFunctions, testFunction, type TestFunction } from "./package";

afterEach(removeTestFunctions);

describe("A failing function is reported as Lambda reports it", () => {
  const cases: readonly (TestFunction & { title: string; type: string; message: RegExp })[] = [
    {
      title: "an error that the handler throws",
      source: "exports.handler = async () => { throw new RangeError('too far') }",
      type: "RangeError",
      message: /^too far$/,
    },
    {
      title: "an error that a synchronous handler throws",
      source: "exports.handler = () => { throw new TypeError('no') }",
      type: "TypeError",
      message: /^no$/,
    },
    {
      title: "a thrown value that is not an error",
      source: "exports.handler = async () => { throw 'text' }",
      type: "string",
      message: /^text$/,
    },
    {
      title: "a result that is not JSON",
      source: "exports.handler = async () => ({ big: 1n })",
      type: "TypeError",
      message: /BigInt/,
    },
    {
      title: "an unhandled rejection",
      source:
        "exports.handler = () => { Promise.reject(new Error('floating')); return new Promise(() => {}) }",
      type: "Runtime.UnhandledPromiseRejection",
      message: /^floating$/,
    },
    {
      title: "an exception in a callback",
      source: "exports.handler = () => new Promise(() => setImmediate(() => { throw new Error('late') }))",
      type: "Error",
      message: /^late$/,
    },
    {
      title: "a timeout",
      source: "exports.handler = () => new Promise(() => setInterval(() => {}, 1000))",
      timeoutSeconds: 0.25,
      type: "Sandbox.Timedout",
      message: /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.25 seconds$/,
    },
    {
      title: "a timeout of a handler that never yields",
      source: "exports.handler = async () => { for (;;); }",
      timeoutSeconds: 0.25,
      type: "Sandbox.Timedout",
      message: /Task timed out after 0\.25 seconds$/,
    },
    {
      title: "an exit of the process",
      source: "exports.handler = async () => process.exit(3)",
      type: "Runtime.ExitError",
      message: /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
    },
    {
      title: "a promise that can never settle",
      source: "exports.handler = () => new Promise(() => {})",
      type: "Runtime.ExitError",
      message: /Runtime exited without providing a reason$/,
    },
    {
      title: "buffers beyond the memory of the function",
      source: `const kept = []; exports.handler = () => new Promise(() => {
        setInterval(() => kept.push(Buffer.alloc(20_000_000, 1)), 10);
      })`,
      memoryMb: 128,
      type: "Runtime.ExitError",
      message: /signal: killed \(used \d+ MB of 128 MB\)$/,
    },
    {
      title: "a heap beyond the memory of the function",
      source: "exports.handler = async () => { const kept = []; for (;;) kept.push([kept.length]); }",
      memoryMb: 128,
      type: "Runtime.ExitError",
      message: /signal: (killed|aborted)/,
    },
    {
      title: "a package without the handler's file",
      source: { "other.js": "" },
      type: "Runtime.ImportModuleError",
      message: /Cannot find module/,
    },
    {
      title: "a module that is missing in the package although this project has it",
      source: "require('pg'); exports.handler = async () => null",
      type: "Runtime.ImportModuleError",
      message: /Cannot find module 'pg'/,
    },
    {
      title: "a file that is not JavaScript",
      source: "exports.handler = async () => {",
      type: "Runtime.UserCodeSyntaxError",
      message: /SyntaxError/,
    },
    {
      title: "a handler that is not exported",
      source: "exports.main = async () => null",
      type: "Runtime.HandlerNotFound",
      message: /^index\.handler is undefined or not exported/,
    },
    {
      title: "a handler without an export in its name",
      source: "",
      handler: "index",
      type: "Runtime.MalformedHandlerName",
      message: /Bad handler "index"/,
    },
    {
      title: "an error during initialisation",
      source: "throw new URIError('not today')",
      type: "URIError",
      message: /^not today$/,
    },
  ];
  for (const { title, type, message, ...options } of cases) {
    it(title, async () => {
      const { ok, error, payload, timedOut } = await testFunction(options).invoke({});
      expect(ok).to.equal(false);
      expect(error?.type).to.equal(type);
      expect(error?.message).to.match(message);
      expect(payload).to.deep.include({ errorType: type, errorMessage: error?.message });
      expect(timedOut).to.equal(type === "Sandbox.Timedout");
    });
  }

  it("with the stack of the handler, also in the log", async () => {
    const lines: string[] = [];
    const lambda = testFunction({
      source: "exports.handler = async function broken() { throw new Error('here') }",
      onLog: (line) => lines.push(line),
    });
    const { error } = await lambda.invoke({});
    expect(error?.stack?.[1]).to.match(/at broken .*index\.js:1/);
    expect(lines.join("\n")).to.include("Error: here");
  });
});

describe("A process that ended is replaced", () => {
  const FRAGILE = `exports.handler = async (event) => {
    if (event.exit) process.exit(1);
    if (event.hang) await new Promise(() => setInterval(() => {}, 1000));
    return process.pid;
  }`;

  it("after a crash", async () => {
    const lambda = testFunction({ source: FRAGILE });
    await lambda.invoke({ exit: true });
    expect(await lambda.invoke({})).to.include({ ok: true, coldStart: true });
  });

  it("after a timeout", async () => {
    const lambda = testFunction({ source: FRAGILE, timeoutSeconds: 0.25 });
    await lambda.invoke({ hang: true });
    expect(await lambda.invoke({})).to.include({ ok: true, coldStart: true });
  });

  it("after a failed initialisation, which is then retried", async () => {
    const lambda = testFunction({ source: "throw new Error('at start')" });
    const results = [await lambda.invoke({}), await lambda.invoke({})];
    expect(results.map(({ error, coldStart }) => [error?.message, coldStart])).to.deep.equal([
      ["at start", true],
      ["at start", true],
    ]);
  });

  it("after an error outside of any invocation", async () => {
    const lambda = testFunction({
      source: `exports.handler = async (event) => {
        setTimeout(() => { if (event.doomed) throw new Error('afterwards') }, 10);
        return process.pid;
      }`,
    });
    const { payload: pid } = await lambda.invoke({ doomed: true });
    await untilEnded(pid as number);
    // The operating system knows about the end before this process receives the event.
    await delay(100);
    expect(await lambda.invoke({})).to.include({ ok: true, coldStart: true });
  });

  it("after a kill in the middle of an invocation", async () => {
    let started: () => void = () => undefined;
    const inProgress = new Promise<void>((resolve) => (started = resolve));
    const lambda = testFunction({
      source: `exports.handler = async (event) => {
        console.log("started");
        return event.hang ? new Promise(() => setInterval(() => {}, 1000)) : null;
      }`,
      onLog: () => started(),
    });
    const crashed = lambda.invoke({ hang: true });
    await inProgress;
    lambda.kill();
    const { error } = await crashed;
    expect(error?.type).to.equal("Runtime.ExitError");
    expect(error?.message).to.match(/Runtime exited with error: signal: killed$/);
    expect(await lambda.invoke({})).to.include({ ok: true, coldStart: true });
  });

  it("after a kill before the process has started", async () => {
    const lambda = testFunction({ source: FRAGILE });
    const crashed = lambda.invoke({});
    lambda.kill();
    expect((await crashed).error?.type).to.equal("Runtime.ExitError");
  });

  it("after a failed start, which fails the invocation", async () => {
    const directory = mkdtempSync(join(tmpdir(), "marble-package-"));
    writeFileSync(join(directory, "index.js"), "exports.handler = async () => 'alive'");
    const lambda = createFunction({
      name: "test-function",
      directory,
      handler: "index.handler",
      timeoutSeconds: 5,
      memoryMb: 256,
      environment: {},
    });
    try {
      renameSync(directory, `${directory}-away`);
      const failed = await lambda.invoke({});
      expect(failed).to.include({ ok: false, timedOut: false });
      expect(failed.error?.type).to.equal("Sandbox.NotStarted");
      expect(failed.error?.message).to.match(
        /^RequestId: [0-9a-f-]{36} Error: the process could not be started: spawn .* ENOENT$/,
      );
      renameSync(`${directory}-away`, directory);
      expect(await lambda.invoke({})).to.include({ ok: true, payload: "alive", coldStart: true });
    } finally {
      await lambda.stop();
      rmSync(directory, { recursive: true });
    }
  });

  it("after a kill of an idle process, which fails no invocation", async () => {
    const lambda = testFunction({ source: FRAGILE });
    await lambda.invoke({});
    lambda.kill();
    expect(await lambda.invoke({})).to.include({ ok: true, coldStart: true });
  });
});

describe("No process is left over", () => {
  it("when the invoking process is killed in the middle of an invocation", async () => {
    const root = join(__dirname, "../../../..");
    // The killed process cannot remove its package, so it uses a directory that this test removes.
    const temporary = mkdtempSync(join(tmpdir(), "marble-killed-"));
    const script = `
      const { testFunction } = require("./tests/local/cloud/lambda/package");
      testFunction({
        source: \`exports.handler = () => new Promise(() => {
          console.log(process.pid);
          setInterval(() => {}, 1000);
        })\`,
        timeoutSeconds: 60,
        onLog: (line) => console.log(line),
      }).invoke({});
    `;
    const parent = spawn(process.execPath, ["-r", "./register.cjs", "-e", script], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(output.toString());
    expect(isRunning(pid)).to.equal(true);
    parent.kill("SIGKILL");
    try {
      await untilEnded(pid);
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });
});

/** Waits for the end of a process. Kills a process that does not end and fails the test. */
async function untilEnded(pid: number): Promise<void> {
  const deadline = Date.now() + 2000;
  while (isRunning(pid)) {
    if (Date.now() > deadline) {
      process.kill(pid, "SIGKILL");
      expect.fail(`Process ${pid} stayed behind`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a process runs. A zombie process does not run. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}
