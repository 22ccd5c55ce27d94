import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Account } from "./account";
import type { PostgresBinaries } from "./binaries";
import { hasCode } from "../../cloud/errno";

const run = promisify(execFile);

/** The superuser of every cluster. */
export const SUPERUSER = "postgres";

/** A database cluster on disk: the data of one server, and what it needs to run. */
export interface Cluster {
  /** PostgreSQL's data directory. */
  readonly data: string;
  /** The server's log since its last start. */
  readonly log: string;
  /** The superuser's password. */
  readonly password: string;
}

/**
 * Opens the cluster in `directory`, and creates it first if it is missing.
 *
 * The superuser's password is random. It is in a file next to the data that only the server's account can read. Text
 * sorts by code point, the same on every machine.
 *
 * @throws Error with the output of initdb, if initdb fails
 */
export async function openCluster(
  directory: string,
  { initdb, account }: { initdb: PostgresBinaries["initdb"]; account: Account | undefined },
): Promise<Cluster> {
  const data = path.join(directory, "data");
  const passwordFile = path.join(directory, "password");
  if (!(await exists(data))) {
    await makePrivateDirectory(directory, account);
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    if (account) await chown(passwordFile, account.uid, account.gid);
    await initialise(directory, { initdb, account });
  }
  return { data, log: path.join(directory, "server.log"), password: await readPassword(passwordFile) };
}

/**
 * The data directory, as a process started in it names it. Root's child under another account may own a directory below
 * one that it cannot enter, such as /root. It reaches it through its working directory (proc(5), /proc/pid/cwd).
 */
export function dataDirectoryArgument(data: string, account: Account | undefined): string {
  return account && process.platform === "linux" ? "/proc/self/cwd" : data;
}

/** Runs initdb in a draft, and renames it to the data directory, so that half of one never exists. */
async function initialise(
  directory: string,
  { initdb, account }: { initdb: string; account: Account | undefined },
): Promise<void> {
  const draft = path.join(directory, "data.draft");
  await rm(draft, { recursive: true, force: true });
  await makePrivateDirectory(draft, account);
  const args = [
    `--pgdata=${dataDirectoryArgument(draft, account)}`,
    "--pwfile=../password",
    `--username=${SUPERUSER}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    // PostgreSQL before 17 has no other provider. C compares the same way.
    ...((await versionOf(initdb, account)) < 17
      ? []
      : ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]),
    "--no-sync",
  ];
  try {
    await run(initdb, args, { cwd: draft, ...account });
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new Error(`initdb could not make a database cluster in ${directory}: ${stderr?.trim() ?? ""}`, {
      cause,
    });
  }
  await rename(draft, path.join(directory, "data"));
}

/** The major version of a PostgreSQL program. */
async function versionOf(program: string, account: Account | undefined): Promise<number> {
  const { stdout } = await run(program, ["--version"], { cwd: "/", ...account });
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
  if (major === undefined) throw new Error(`${program} does not say its version, but: ${stdout.trim()}`);
  return Number(major);
}

async function makePrivateDirectory(directory: string, account: Account | undefined): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account) await chown(directory, account.uid, account.gid);
}

async function readPassword(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const remedy = `remove ${path.dirname(file)} to start with an empty cluster`;
    throw new Error(`The password of the database cluster is missing (${file}): ${remedy}`, { cause });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}
