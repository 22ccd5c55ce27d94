import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { escapeLiteral, type Client } from "pg";
import { connect } from "../../../local/databases/postgres/client";
import { startPostgres, type PostgresServer, type Role } from "../../../local/databases/postgres/server";
import { createReader } from "../../../local/databases/totesys/reader";
import { createTotesys, seedTotesys } from "../../../local/databases/totesys/seed";
import { makeServerDirectory, sweepLeftovers } from "./leftovers";
import { otherPostgres, testedMajor } from "./version";

/** A database of one test, on the server that all tests share. It ends with the server. */
export interface TestDatabase {
  readonly name: string;
  /** The URL for the superuser. */
  readonly url: string;
  /** The URL for a role that may SELECT from every table, and nothing else. */
  readonly readerUrl: string;
  /** A connection of the superuser. */
  readonly client: Client;
  readonly query: <T>(sql: string, values?: unknown[]) => Promise<T[]>;
  readonly drop: () => Promise<void>;
}

/** An empty database, such as a warehouse before its first load. */
export function createDatabase(): Promise<TestDatabase> {
  return cloneOf("empty");
}

/** A source with the tables of totesys: empty, or with a hundredth of the real source's rows. */
export function createSource(options: { seeded?: boolean } = {}): Promise<TestDatabase> {
  return cloneOf(options.seeded ? "totesys_seeded" : "totesys");
}

/** Makes copies of a database in its present state. The database is closed, and stays until the server stops. */
export async function copiesOf(database: TestDatabase): Promise<() => Promise<TestDatabase>> {
  shared?.open.delete(database.client);
  await database.client.end();
  return () => copyOf(database.name);
}

/** Makes a directory that is deleted with the server. */
export async function makeTestDirectory(): Promise<string> {
  const { directory } = await testServer().server;
  return mkdtemp(join(directory, "files-"));
}

/** Stops the server if a test has started it; `hooks.ts` calls it after the last test. */
export async function stopTestServer(): Promise<void> {
  if (!shared) return;
  const { server, directory, admin } = await shared.server;
  await Promise.all([admin, ...shared.open].map((client) => client.end()));
  await server.stop();
  await rm(directory, { recursive: true });
  shared = undefined;
}

type Template = "empty" | "totesys" | "totesys_seeded";

const TEMPLATES: Readonly<Record<Template, (url: string) => Promise<void>>> = {
  empty: async () => {},
  totesys: createTotesys,
  totesys_seeded: async (url) => {
    await createTotesys(url);
    await seedTotesys(url, { scale: 0.01 });
  },
};

const READER: Role = { user: "reader", password: "reader" };

/** Tests log in thousands of times, so hash the password once instead of 4096 times, if the server supports it. */
const CHEAP_PASSWORDS: Record<string, string> = testedMajor() < 16 ? {} : { scram_iterations: "1" };

/** No data has to survive a crash, and no work may happen in the background. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  shared_buffers: "64MB",
  max_connections: "100",
  max_prepared_transactions: "20",
  ...CHEAP_PASSWORDS,
};

/** Copies the files of the template. By default, newer servers write all of them to the WAL, which takes twice as long. */
const COPY_FILES = testedMajor() < 15 ? "" : "STRATEGY FILE_COPY";

interface Running {
  readonly server: PostgresServer;
  readonly directory: string;
  /** Creates and drops the databases. */
  readonly admin: Client;
}

interface Shared {
  readonly server: Promise<Running>;
  readonly templates: Map<Template, Promise<void>>;
  readonly open: Set<Client>;
  count: number;
}

let shared: Shared | undefined;

const testServer = (): Shared =>
  (shared ??= { server: startServer(), templates: new Map(), open: new Set(), count: 0 });

async function cloneOf(template: Template): Promise<TestDatabase> {
  const { server: started, templates } = testServer();
  const { server } = await started;
  const ready = templates.get(template) ?? makeTemplate(server, template);
  templates.set(template, ready);
  await ready;
  return copyOf(template);
}

async function copyOf(template: string): Promise<TestDatabase> {
  const running = testServer();
  const { open } = running;
  const name = `test_${++running.count}`;
  const { server, admin } = await running.server;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${COPY_FILES}`);

  const client = await connect(server.url(name));
  open.add(client);
  return {
    name,
    url: server.url(name),
    readerUrl: server.url(name, READER),
    client,
    query: async <T>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as T[],
    drop: async () => {
      open.delete(client);
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function startServer(): Promise<Running> {
  await sweepLeftovers();
  // Exits instead of dying, so that the server is stopped.
  process.once("SIGTERM", () => process.exit(143));
  const directory = await makeServerDirectory();
  const server = await startPostgres({ directory, settings: SETTINGS, ...otherPostgres() });
  const admin = await connect(server.url("postgres"));
  await admin.query(`ALTER ROLE CURRENT_USER PASSWORD ${escapeLiteral(admin.password ?? "")}`);
  return { server, directory, admin };
}

async function makeTemplate(server: PostgresServer, template: Template): Promise<void> {
  await server.createDatabase(template);
  await TEMPLATES[template](server.url(template));
  await createReader(server.url(template), READER);
}
