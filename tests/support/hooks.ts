import type { RootHookObject } from "mocha";
import { stopTestServer } from "./postgres";

/** What mocha runs once around the whole suite; loaded by `.mocharc.json`. */
export const mochaHooks: RootHookObject = { afterAll: stopTestServer };
