import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "pg";
import { connect } from "../../../local/databases/postgres/client";
import { startPostgres, type PostgresServer } from "../../../local/databases/postgres/server";
import { createReader } from "../../../local/databases/totesys/reader";
import { createTotesys, seedTotesys } from "../../../local/databases/totesys/seed";
import { makeServerDirectory } from "./leftovers";
import type { TestDatabase } from "./postgres";
import { otherPostgres } from "./version";

const READER = { user: "reader", password: "reader" };
const SETTINGS = { fsync: "off", autovacuum: "off", shared_buffers: "32MB", max_prepared_transactions: "5" };

/** A separate database cluster that can be stopped, copied and started again, unlike a shared server. */
export interface TestCluster {
  readonly directory: string;
  readonly server: PostgresServer;
  /** Stops the server cleanly; its directory stays. */
  stop(): Promise<void>;
}

/** Starts the cluster in a directory, or a new one. */
export async function startCluster(
  directory?: string,
  settings: Record<string, string> = {},
): Promise<TestCluster> {
  const place = directory ?? (await makeServerDirectory());
  const server = await startPostgres({
    directory: place,
    settings: { ...SETTINGS, ...settings },
    ...otherPostgres(),
  });
  return { directory: place, server, stop: () => server.stop() };
}

/** A stopped cluster with a small totesys, to be copied. Its rows are always the same. */
export async function seededCluster(): Promise<string> {
  const cluster = await startCluster();
  await cluster.server.createDatabase("totesys");
  await createTotesys(cluster.server.url("totesys"));
  await seedTotesys(cluster.server.url("totesys"), { scale: 0.01 });
  await createReader(cluster.server.url("totesys"), READER);
  await cluster.stop();
  return cluster.directory;
}

/** Copies the files of a stopped cluster: a backup. */
export async function copyCluster(directory: string): Promise<string> {
  const copy = await makeServerDirectory();
  await promisify(execFile)("cp", ["-a", `${directory}/.`, copy]);
  return copy;
}

/** Turns a copy into a standby of a primary, and starts it. */
export async function startStandby(directory: string, primary: TestCluster): Promise<TestCluster> {
  await writeFile(join(directory, "data", "standby.signal"), "");
  const { port, password } = new URL(primary.server.url("postgres"));
  return startCluster(directory, {
    primary_conninfo: `host=127.0.0.1 port=${port} user=postgres password=${decodeURIComponent(password)}`,
  });
}

export const removeCluster = (directory: string): Promise<void> =>
  rm(directory, { recursive: true, force: true });

/** A source that can move to another server or database under one name. */
export interface MovableSource extends TestDatabase {
  /** Connects to a database of a server, and closes the connection to the previous one. */
  moveTo(cluster: TestCluster, name?: string): Promise<void>;
  /** Leaves the server, so that it can stop. */
  leave(): Promise<void>;
}

export function movableSource(): MovableSource {
  let at: { cluster: TestCluster; name: string; client: Client } | undefined;
  const current = (): { cluster: TestCluster; name: string; client: Client } => {
    if (at === undefined) throw new Error("the source is nowhere");
    return at;
  };
  const leave = async (): Promise<void> => {
    await at?.client.end();
    at = undefined;
  };
  return {
    get name() {
      return current().name;
    },
    get url() {
      return current().cluster.server.url(current().name);
    },
    get readerUrl() {
      return current().cluster.server.url(current().name, READER);
    },
    get client() {
      return current().client;
    },
    query: async <T>(sql: string, values?: unknown[]) =>
      (await current().client.query(sql, values)).rows as T[],
    moveTo: async (cluster, name = "totesys") => {
      await leave();
      at = { cluster, name, client: await connect(cluster.server.url(name)) };
    },
    leave,
    drop: leave,
  };
}
