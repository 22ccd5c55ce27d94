import type { RootHookObject } from "mocha";
import { sweepLeftovers } from "./postgres/leftovers";
import { stopTestServer } from "./postgres/postgres";
import { findChromium } from "./report/chromium";

/** Files run in several processes, each of which keeps its server from file to file. */
const isWorker = process.env["MOCHA_WORKER_ID"] !== undefined;

// A worker that takes long to write its coverage is sent SIGTERM: with a listener it writes to the end.
if (isWorker) process.once("SIGTERM", () => process.exit(143));

/** What mocha runs once around the whole suite; loaded by `.mocharc.cjs`. */
export const mochaHooks: RootHookObject = isWorker ? {} : { afterAll: stopTestServer };

/** The whole suite or a group of it, and not files that somebody named. */
const isWholeRun = !process.argv.some((argument) => argument.endsWith(".test.ts"));

/** A worker's server ends with it; what is left of it on the disk goes here. Says at the end what was not tested. */
export async function mochaGlobalTeardown(): Promise<void> {
  await sweepLeftovers();
  const chromium = findChromium();
  if (isWholeRun && "skipped" in chromium)
    process.stdout.write(`\n  Tests in a browser were skipped: ${chromium.skipped}\n`);
}
