import type { RootHookObject } from "mocha";
import { sweepLeftovers } from "./postgres/leftovers";
import { stopTestServer } from "./postgres/postgres";
import { findChromium } from "./report/chromium";

/** Test files run in several processes. Each process keeps its server from file to file. */
const isWorker = process.env["MOCHA_WORKER_ID"] !== undefined;

// Mocha sends SIGTERM to a worker that takes long to write its coverage. With this listener, the worker writes all of
// it.
if (isWorker) process.once("SIGTERM", () => process.exit(143));

/** The hooks of mocha around the whole suite. `.mocharc.cjs` loads them. */
export const mochaHooks: RootHookObject = isWorker ? {} : { afterAll: stopTestServer };

/** True for the whole suite or a group of it; false for single files. */
const isWholeRun = !process.argv.some((argument) => argument.endsWith(".test.ts"));

/** Removes the directories of the servers, which end with their workers. Says at the end which tests were skipped. */
export async function mochaGlobalTeardown(): Promise<void> {
  await sweepLeftovers();
  const chromium = findChromium();
  if (isWholeRun && "skipped" in chromium)
    process.stdout.write(`\n  Tests in a browser were skipped: ${chromium.skipped}\n`);
}
