import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withClient } from "../../local/databases/postgres/client";
import { startPostgres, type PostgresServer, type Role } from "../../local/databases/postgres/server";
import { runProgram, type DeclaredFunction } from "../../local/pulumi/program";
import { startAll, type Started } from "../../local/cloud/start-all";
import { startServices, type Services } from "./services";

/** The parts that all measurements share: two database servers, the stand-ins, and the declared program. */
export interface Rig {
  readonly rows: number;
  readonly turns: number;
  readonly directory: string;
  readonly source: PostgresServer;
  readonly warehouse: PostgresServer;
  readonly services: Services;
  /** The Lambdas that `pulumi up` would deploy, unpacked from their archives. */
  readonly functions: readonly DeclaredFunction[];
  /** Writes dirty pages out, so that a measurement does not pay for earlier work. */
  settle(): Promise<void>;
  readonly say: (message: string) => void;
  /** Registers a part that a measurement starts, so that it ends with the rig at the latest. */
  readonly started: Started;
  stop(): Promise<void>;
}

/** The role of ingest, which may only SELECT. */
export const READER: Role = { user: "marble_reader", password: "bench" };

/**
 * PostgreSQL with its defaults, including durability. But vacuum and checkpoints do not start by themselves, because
 * they would slow down one contestant and not another.
 */
const SETTINGS = {
  autovacuum: "off",
  checkpoint_timeout: "1h",
  max_wal_size: "16GB",
  shared_buffers: "512MB",
};

/** The stack whose Lambdas are measured. They run without a queue. */
export const CONFIG = { "marble:alertEmail": "you@example.com", "marble:remodelConcurrency": "0" };

/** Starts everything in a temporary directory, which `stop` deletes. */
export function startRig(options: { rows: number; turns: number; say: Rig["say"] }): Promise<Rig> {
  const { rows, turns, say } = options;
  return startAll(async (started) => {
    const directory = await mkdtemp(join(tmpdir(), "marble-bench-"));
    started(() => rm(directory, { recursive: true, force: true }));
    say(`starting two PostgreSQL servers and the stand-ins in ${directory}`);
    const server = async (name: string): Promise<PostgresServer> => {
      const running = await startPostgres({ directory: join(directory, name), settings: SETTINGS });
      started(() => running.stop());
      return running;
    };
    const source = await server("source");
    const warehouse = await server("warehouse");
    const services = await startServices(join(directory, "buckets"));
    started(() => services.stop());
    const { functions } = await runProgram({
      config: CONFIG,
      workDirectory: directory,
    });
    const checkpoint = (server: PostgresServer): Promise<unknown> =>
      withClient(server.url("postgres"), (client) => client.query("CHECKPOINT"));
    return {
      rows,
      turns,
      directory,
      source,
      warehouse,
      services,
      functions,
      settle: async () => {
        await checkpoint(source);
        await checkpoint(warehouse);
      },
      say,
      started,
    };
  });
}

/** The URL of a source database for the platform's role. */
export const readerUrl = (rig: Rig, database: string): string => rig.source.url(database, READER);

/** Runs statements in a database as its superuser. */
export const inDatabase = <T extends object>(url: string, sql: string): Promise<T[]> =>
  withClient(url, async (client) => (await client.query<T & object>(sql)).rows);
