import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { escapeIdentifier } from "pg";
import { parseCredentials } from "../../adapters/aws/secrets";
import { withConnection } from "../../adapters/postgres/postgres";
import { messageOf } from "../../domain/errors";
import { withClient } from "./postgres/client";
import { startPostgres, type PostgresServer } from "./postgres/server";
import { catchUp } from "./totesys/catch-up";
import { createReader } from "./totesys/reader";
import { createTotesys, seedTotesys } from "./totesys/seed";

/** A database that the platform is connected to. */
export interface LocalDatabase {
  /** The credentials of the platform's role. */
  readonly url: string;
  /** The credentials of a superuser; undefined for the user's own database. */
  readonly ownerUrl: string | undefined;
  /** Stops and starts the server; undefined for the user's own database. */
  readonly outage: Outage | undefined;
  stop(): Promise<void>;
}

/** A database server that can stop and start again while the platform runs. */
export interface Outage {
  readonly isDown: () => boolean;
  begin(): Promise<void>;
  /** @throws Error if another program has taken its port, because the URL would change */
  end(): Promise<void>;
}

/**
 * Uses the user's own database. Connects once, so that a wrong host or password fails before anything depends on it.
 * @param given.secret the secret of its URL: see `databaseSecret`
 * @throws TerminalError or TransientError that names host, port and database; never the password
 */
export async function useGivenDatabase(
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
 * Starts an embedded server with a generated totesys, and a role that may only SELECT.
 * @param options.signal ends the generation of the rows
 */
export async function startEmbeddedSource(
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
      progress("generating a totesys source with 11,000 sales orders");
      await unlessAborted(server, { work: () => createSeeded(server), signal });
    } else {
      await unlessAborted(server, { work: () => continueTrade(server, progress), signal });
    }
    // The role gets a new password at every start, so that none is stored.
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

/** Starts an embedded server with a warehouse, empty at first. */
export async function startEmbeddedWarehouse(directory: string): Promise<LocalDatabase> {
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
        throw new Error(`another program has taken the port ${port}: start npm run local again`);
      }
      server = again;
    },
  };
}

/**
 * The history of the shop ends yesterday. The database gets its final name when it is complete, so that an aborted
 * start begins again.
 */
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

/** The shop traded on the days in which the platform was stopped, too. A person may have changed its tables. */
async function continueTrade(server: PostgresServer, progress: (message: string) => void): Promise<void> {
  try {
    const { days, orders, payments } = await withClient(server.url(SOURCE), (client) =>
      catchUp(client, { now: new Date() }),
    );
    if (days > 0)
      progress(
        `the generated shop was stopped: it caught up on ${days} ${days === 1 ? "day" : "days"} with ${orders} orders and ${payments} payments`,
      );
  } catch (error) {
    progress(`the generated shop has no trade for the time in which it was stopped: ${messageOf(error)}`);
  }
}

/** A stopping server ends the statements that run on it. */
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
