import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { escapeIdentifier } from "pg";
import { serverAccount } from "./account";
import { findBinaries } from "./binaries";
import { withClient } from "./client";
import { openCluster } from "./cluster";
import { reapOrphan } from "./orphan";
import { endServer, launchServer, PortTakenError, type Launch } from "./process";
import { urlOf } from "./url";

const PORT_ATTEMPTS = 5;

/** A role that connects to the server, instead of its superuser. */
export interface Role {
  readonly user: string;
  readonly password: string;
}

/** A running PostgreSQL server that only this machine can reach. */
export interface PostgresServer {
  readonly port: number;
  /** The connection URL of a database, with its password; for the superuser unless a role is given. */
  readonly url: (database: string, role?: Role) => string;
  /**
   * Creates a database, empty or as a copy of `template`. Nobody may be connected to the template during the copy. Rejects if
   * the name is taken.
   */
  readonly createDatabase: (name: string, options?: { template?: string }) => Promise<void>;
  readonly databaseExists: (name: string) => Promise<boolean>;
  /** Stops the server and ends its connections. The data stays. May be called again. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts PostgreSQL on the data in `directory`, which is created if it is missing. A second start on the directory
 * finds the same databases and the same password.
 *
 * @param options.port tried first; if it is taken, or none is given, the system chooses one
 * @param options.packageRoot the npm package with the binaries, if it is not the installed one
 * @param options.settings server settings by name, for instance `{ fsync: "off" }`
 * @throws Error with the cause, and with the end of the server's log if it wrote one
 */
export async function startPostgres(options: {
  directory: string;
  port?: number;
  packageRoot?: string;
  settings?: Record<string, string>;
}): Promise<PostgresServer> {
  const account = serverAccount();
  const { initdb, postgres } = await findBinaries(account, options.packageRoot);
  const cluster = await openCluster(path.resolve(options.directory), { initdb, account });
  await reapOrphan(cluster);
  const { server, port } = await launchOnFreePort(
    { program: postgres, account, cluster, settings: options.settings ?? {} },
    options.port,
  );

  const url = (database: string, role?: Role) =>
    urlOf({ port, database, ...(role ?? { password: cluster.password }) });
  let stopped: Promise<void> | undefined;
  return {
    port,
    url,
    createDatabase: (name, { template } = {}) =>
      withClient(url("postgres"), async (client) => {
        const copy = template === undefined ? "" : ` TEMPLATE ${escapeIdentifier(template)}`;
        await client.query(`CREATE DATABASE ${escapeIdentifier(name)}${copy}`);
      }),
    databaseExists: (name) =>
      withClient(url("postgres"), async (client) => {
        const { rows } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
        return rows.length > 0;
      }),
    stop: () => (stopped ??= endServer(server)),
  };
}

/** Starts on the preferred port or a free one. If another program takes that first, tries another. */
async function launchOnFreePort(
  launch: Omit<Launch, "port">,
  preferred: number | undefined,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && preferred !== undefined ? preferred : await freePort();
    try {
      return { server: await launchServer({ ...launch, port }), port };
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("The system gave no free port");
  return address.port;
}
