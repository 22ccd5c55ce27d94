import type { S3Hook } from "../../../local/cloud/s3/server";
import { monotonicClock } from "../../../stages/shared/clock";
import { lakeIn, s3Client, stagesOver } from "../../support/pipeline/pipeline";
import { startPostgresProxy, type Statement, type Verdict } from "../../support/postgres/postgres-proxy";
import type { Fault, Place, StageName } from "../histories/steps";
import { count, type Counts } from "../workers/tally";
import type { Fixture } from "../fixture";
import { BUCKETS, type World } from "./world";

/** One instance of a stage, which acts like a separate process. */
export interface Instance {
  /** The access key of its requests. */
  readonly name: string;
  /** The hooks of the S3 stand-in, for its requests. */
  readonly before: S3Hook;
  readonly after: S3Hook;
  /** Runs the stage to its end. Returns its error. */
  run(): Promise<Ended>;
}

export interface Ended {
  readonly error: unknown;
  /** True if a fault occurred, so that an error is expected. */
  readonly struck: boolean;
  /** True if it was killed. Its error then reached no one. */
  readonly dead: boolean;
  readonly steps: number;
}

/** True if the next step of an instance is the given step. */
export type IsAt = (place: Place) => boolean;

type Strike = "none" | "before" | "after";

export function createInstance(
  stage: StageName,
  options: {
    readonly name: string;
    readonly world: World;
    readonly fixture: Fixture;
    readonly s3Url: string;
    /** The time of its clock. */
    readonly clock: () => number;
    readonly faults: readonly Fault[];
    /** True if a load keeps the marts up to date. */
    readonly withMarts: boolean;
    /** The maximum size of a file of a capture. */
    readonly partBytes: number;
    /** How many keys of a table with joins process keeps in memory. */
    readonly mostKeys: number;
    /** Counts every fault that occurs. */
    readonly counts: Counts;
    /** Called at every step. The instance waits for it. */
    readonly onStep: (isAt: IsAt) => Promise<void>;
  },
): Instance {
  const { name, world, fixture, faults, counts } = options;
  let steps = 0;
  let decisive = Infinity;
  let struck = false;
  let dead = false;
  let cut = (): void => undefined;
  const lost = new WeakSet();

  const strike = async (at: "request" | "statement", decides: boolean): Promise<Strike> => {
    if (dead) return "before";
    const step = ++steps;
    if (decides) decisive = Math.min(decisive, step);
    const isAt: IsAt = (place) =>
      step === (place === "decisive" ? decisive : place === "afterDecisive" ? decisive + 1 : place);
    await options.onStep(isAt);
    const fault = faults.find((candidate) => isAt(candidate.at));
    if (fault === undefined) return "none";
    struck = true;
    const commit = at === "statement" && decides ? ", of COMMIT" : "";
    switch (fault.kind) {
      case "failBefore":
        count(counts, at === "request" ? "request lost" : "connection lost before a statement");
        return "before";
      case "failAfter":
        count(counts, at === "request" ? "answer of a request lost" : `answer of a statement lost${commit}`);
        return "after";
      case "cutConnections":
        count(
          counts,
          at === "request" ? "connections lost at a request" : "connection lost before a statement",
        );
        cut();
        return at === "request" ? "none" : "before";
      case "kill":
        count(counts, `killed at a ${at}`);
        dead = true;
        cut();
        return "before";
    }
  };

  const instance: Instance = {
    name,
    before: async (request) => {
      const hit = await strike(
        "request",
        request.operation === "PutObject" && request.key.startsWith("commits/"),
      );
      if (hit === "before") throw new Error("injected: lost before it took effect");
      if (hit === "after") lost.add(request);
    },
    after: (request) => {
      if (lost.has(request)) throw new Error("injected: took effect, but the answer was lost");
    },
    run: async () => {
      const client = s3Client(options.s3Url, name);
      const onStatement = async ({ sql }: Statement): Promise<Verdict> => {
        const hit = await strike("statement", sql === "COMMIT");
        return hit === "none" ? "pass" : hit === "before" ? "cutBefore" : "cutAfter";
      };
      const proxy = await startPostgresProxy({ port: world.port, onStatement });
      cut = () => proxy.cut();
      const stages = stagesOver({
        ...lakeIn(client, BUCKETS),
        sourceUrl: through(world.source.readerUrl, proxy.port),
        warehouseUrl: through(world.warehouse.url, proxy.port),
        telemetry: { info: () => undefined, warn: () => undefined, count: () => undefined },
        now: monotonicClock(options.clock),
        sourceSchemas: fixture.sourceSchemas,
      });
      const { model, warehouseSchema: schema, allowDeletes, mirrored } = fixture;
      let error: unknown;
      try {
        if (stage === "ingest") await stages.ingest({ partBytes: options.partBytes, allowDeletes });
        else if (stage === "load")
          await stages.load({ model, schema, marts: options.withMarts ? fixture.marts : [] });
        else {
          const mirror = mirrored.length === 0 ? "none" : new Set(mirrored);
          await stages.process({ model, mirror, mostKeys: options.mostKeys });
        }
      } catch (thrown) {
        error = thrown ?? new Error("nothing was thrown");
      }
      client.destroy();
      await proxy.close();
      return { error, struck, dead, steps };
    },
  };
  return instance;
}

function through(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).href;
}
