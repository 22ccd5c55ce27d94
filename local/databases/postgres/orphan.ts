import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError } from "pg";
import { withClient } from "./client";
import type { Cluster } from "./cluster";
import { hasCode } from "../../cloud/errno";
import { urlOf } from "./url";

/** The server setting that names the process which started the server. */
export const OWNER_SETTING = "marble.owner";

const OWNER_TIMEOUT_MS = 15_000;

/** The content of `postmaster.pid` in the data directory of a running server. */
interface ServerState {
  readonly pid: number;
  readonly port: number;
  /** Whether the server accepts connections. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; undefined if it is missing or incomplete. */
export async function readServerState(data: string): Promise<ServerState | undefined> {
  try {
    const lines = (await readFile(pidFile(data), "utf8")).split("\n");
    // The lines of the file are documented in pidfile.h of PostgreSQL.
    const [pid, , , port, , , , status] = lines;
    return port ? { pid: Number(pid), port: Number(port), ready: status?.trim() === "ready" } : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Ends a server that outlived the process which started it. A process that was killed could not stop it.
 *
 * @throws Error if that process still lives, so the cluster is in use
 */
export async function reapOrphan({ data, password }: Pick<Cluster, "data" | "password">): Promise<void> {
  const deadline = Date.now() + OWNER_TIMEOUT_MS;
  for (;;) {
    const server = await readServerState(data);
    if (!server || !isAlive(server.pid)) return;
    const owner = await askForOwner(server, password);
    if (owner === "unknown") {
      // Another process has the id of the dead server, so PostgreSQL would refuse to start.
      await rm(pidFile(data), { force: true });
      return;
    }
    if (owner !== "busy" && isAlive(owner)) {
      throw new Error(`The database cluster in ${data} is in use: stop process ${owner} first`);
    }
    if (Date.now() > deadline) {
      throw new Error(`The PostgreSQL server of ${data} does not end: stop process ${server.pid} first`);
    }
    if (owner !== "busy") process.kill(server.pid, "SIGINT");
    await sleep(50);
  }
}

/** The process that started this server; "busy" if it starts or stops, "unknown" if it is not ours. */
async function askForOwner(server: ServerState, password: string): Promise<number | "busy" | "unknown"> {
  try {
    return await withClient(urlOf({ port: server.port, database: "postgres", password }), async (client) => {
      const { rows } = await client.query<{ owner: string | null }>(
        "SELECT current_setting($1, true) AS owner",
        [OWNER_SETTING],
      );
      return Number(rows[0]?.owner);
    });
  } catch (error) {
    const wrongPassword = error instanceof DatabaseError && error.code === "28P01";
    return wrongPassword || hasCode(error, "ECONNREFUSED") ? "unknown" : "busy";
  }
}

/** Whether a process with this id exists, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function pidFile(data: string): string {
  return path.join(data, "postmaster.pid");
}
