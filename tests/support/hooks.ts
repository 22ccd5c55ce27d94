import type { RootHookObject } from "mocha";
import { sweepLeftovers } from "./postgres/leftovers";
import { stopTestServer } from "./postgres/postgres";

/** Files run in several processes, each of which keeps its server from file to file. */
const isWorker = process.env["MOCHA_WORKER_ID"] !== undefined;

// A worker that takes long to write its coverage is sent SIGTERM: with a listener it writes to the end.
if (isWorker) process.once("SIGTERM", () => process.exit(143));

/** What mocha runs once around the whole suite; loaded by `.mocharc.cjs`. */
export const mochaHooks: RootHookObject = isWorker ? {} : { afterAll: stopTestServer };

/** A worker's server ends with it; what is left of it on the disk goes here. */
export const mochaGlobalTeardown = sweepLeftovers;
