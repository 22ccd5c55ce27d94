import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "./account";
import { dataDirectoryArgument, type Cluster } from "./cluster";
import { OWNER_SETTING, readServerState } from "./orphan";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_TAIL_LINES = 12;

/** Thrown if the port is in use. A start on another port may succeed. */
export class PortTakenError extends Error {}

/** The server to run. */
export interface Launch {
  /** Path of the `postgres` program. */
  readonly program: string;
  readonly account: Account | undefined;
  readonly cluster: Cluster;
  readonly port: number;
  /** Server settings by name. They override those of the cluster. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Starts a server and waits until it accepts connections.
 *
 * The server runs in a separate session, so that Ctrl-C in a terminal reaches only its owner, who stops it last. If the
 * owner exits without a stop, the server is stopped then.
 *
 * @throws PortTakenError; Error with the end of the server's log, if it does not start
 */
export async function launchServer(launch: Launch): Promise<ChildProcess> {
  const { cluster, account } = launch;
  const log = await open(cluster.log, "w", 0o600);
  const server = spawn(launch.program, argumentsOf(launch), {
    cwd: cluster.data,
    ...account,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const stopAtExit = () => server.kill("SIGINT");
  process.once("exit", stopAtExit);
  server.once("exit", () => process.off("exit", stopAtExit));
  try {
    await once(server, "spawn");
    await untilReady(server, cluster);
  } catch (error) {
    await endServer(server);
    throw error;
  } finally {
    await log.close();
  }
  server.unref();
  return server;
}

/**
 * Stops a server with a fast shutdown, which rolls back running transactions. If that hangs, the shutdown is immediate.
 */
export async function endServer(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || hasExited(server)) return;
  server.ref();
  const exit = once(server, "exit");
  server.kill("SIGINT");
  const timer = setTimeout(() => server.kill("SIGQUIT"), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
}

function argumentsOf({ cluster, account, port, settings }: Launch): string[] {
  const all = {
    timezone: "UTC",
    ...settings,
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    [OWNER_SETTING]: String(process.pid),
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", dataDirectoryArgument(cluster.data, account), ...flags];
}

async function untilReady(server: ChildProcess, cluster: Cluster): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (hasExited(server)) throw await explain("PostgreSQL did not start", cluster);
    const state = await readServerState(cluster.data);
    if (state?.ready && state.pid === server.pid) return;
    if (Date.now() > deadline) throw await explain("PostgreSQL took too long to start", cluster);
    await sleep(10);
  }
}

async function explain(problem: string, { data, log }: Cluster): Promise<Error> {
  const written = (await readFile(log, "utf8")).trimEnd();
  const tail = written.split("\n").slice(-LOG_TAIL_LINES).join("\n");
  const message = `${problem} in ${data}. The end of its log, ${log}:\n${tail}`;
  return written.includes("Address already in use") ? new PortTakenError(message) : new Error(message);
}

function hasExited(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}
