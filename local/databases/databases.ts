import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { escapeIdentifier } from "pg";
import { parseCredentials } from "../../adapters/aws/secrets";
import { withConnection } from "../../adapters/postgres/postgres";
import { withClient } from "./postgres/client";
import { startPostgres, type PostgresServer } from "./postgres/server";
import { createReader } from "./totesys/reader";
import { createTotesys, seedTotesys } from "./totesys/seed";

/** A database that the platform is connected to. */
export interface LocalDatabase {
  /** With the role that the platform uses. */
  readonly url: string;
  /** With a role that may do everything; undefined when the database is the user's own. */
  readonly ownerUrl: string | undefined;
  /** How to take it away for a while; undefined when the database is the user's own. */
  readonly outage: Outage | undefined;
  stop(): Promise<void>;
}

/** A database that is stopped and started again while the platform goes on. */
export interface Outage {
  readonly isDown: () => boolean;
  begin(): Promise<void>;
  /** @throws Error when its port was taken meanwhile: its URL would be another */
  end(): Promise<void>;
}

/**
 * The user's own database, which is connected to once: a wrong host or password shows before anything is built on it.
 * @param given.secret of its URL: see `databaseSecret`
 * @throws TerminalError or TransientError that names host, port and database; never the password
 */
export async function givenDatabase(
  name: "source" | "warehouse",
  given: { readonly url: string; readonly secret: string },
): Promise<LocalDatabase> {
  await withConnection(name, parseCredentials(given.secret, `--${name}`), () => Promise.resolve());
  return { url: given.url, ownerUrl: undefined, outage: undefined, stop: () => Promise.resolve() };
}

const READER = "marble_reader";
const SOURCE = "totesys";
const WAREHOUSE = "warehouse";

/**
 * An embedded server with a generated totesys, read with a role that may do nothing but SELECT.
 * @param options.signal ends the generation of the rows
 */
export async function embeddedSource(
  directory: string,
  {
    progress,
    signal,
  }: { readonly progress: (message: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<LocalDatabase> {
  const options = { directory: join(directory, "source") };
  const server = await startPostgres(options);
  const outage = outageOf(server, options);
  return stoppedOnFailure(server, async () => {
    if (!(await server.databaseExists(SOURCE))) {
      progress("generating a totesys source: 11,000 sales orders, and all that belongs to them");
      await unlessAborted(server, { work: () => createSeeded(server), signal });
    }
    // The role gets a new password at every start, so that none has to be kept.
    const reader = { user: READER, password: randomBytes(16).toString("hex") };
    await createReader(server.url(SOURCE), reader);
    return {
      url: server.url(SOURCE, reader),
      ownerUrl: server.url(SOURCE),
      outage,
      stop: () => outage.begin(),
    };
  });
}

/** An embedded server with a warehouse, empty at first. */
export async function embeddedWarehouse(directory: string): Promise<LocalDatabase> {
  const server = await startPostgres({ directory: join(directory, "warehouse") });
  return stoppedOnFailure(server, async () => {
    if (!(await server.databaseExists(WAREHOUSE))) await server.createDatabase(WAREHOUSE);
    const url = server.url(WAREHOUSE);
    return { url, ownerUrl: url, outage: undefined, stop: server.stop };
  });
}

function outageOf(first: PostgresServer, options: { readonly directory: string }): Outage {
  const { port } = first;
  let server: PostgresServer | undefined = first;
  return {
    isDown: () => server === undefined,
    begin: async () => {
      await server?.stop();
      server = undefined;
    },
    end: async () => {
      if (server !== undefined) return;
      const again = await startPostgres({ ...options, port });
      if (again.port !== port) {
        await again.stop();
        throw new Error(`another program has taken the port ${port} meanwhile: start npm run local again`);
      }
      server = again;
    },
  };
}

/** The shop sold until yesterday. The database gets its name when it is complete: a start that was broken off is begun anew. */
async function createSeeded(server: PostgresServer): Promise<void> {
  const unfinished = `${SOURCE}_unfinished`;
  const admin = (sql: string): Promise<unknown> =>
    withClient(server.url("postgres"), (client) => client.query(sql));
  await admin(`DROP DATABASE IF EXISTS ${escapeIdentifier(unfinished)}`);
  await server.createDatabase(unfinished);
  await createTotesys(server.url(unfinished));
  await seedTotesys(server.url(unfinished), { end: new Date().setUTCHours(0, 0, 0, 0) });
  await admin(`ALTER DATABASE ${escapeIdentifier(unfinished)} RENAME TO ${escapeIdentifier(SOURCE)}`);
}

/** A server that is stopped ends the statements that run on it. */
async function unlessAborted(
  server: PostgresServer,
  { work, signal }: { readonly work: () => Promise<void>; readonly signal: AbortSignal | undefined },
): Promise<void> {
  signal?.throwIfAborted();
  const stop = (): void => void server.stop();
  signal?.addEventListener("abort", stop);
  try {
    await work();
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function stoppedOnFailure(
  server: PostgresServer,
  work: () => Promise<LocalDatabase>,
): Promise<LocalDatabase> {
  try {
    return await work();
  } catch (error) {
    await server.stop();
    throw error;
  }
}
