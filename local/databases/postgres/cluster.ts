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

/** A database cluster on disk: the data of one server, with what is needed to run it. */
export interface Cluster {
  /** PostgreSQL's own data directory. */
  readonly data: string;
  /** What the server wrote since its last start. */
  readonly log: string;
  /** The password of the superuser. */
  readonly password: string;
}

/**
 * Opens the cluster in `directory`, making it first if there is none.
 *
 * The superuser's password is random and kept in a file beside the data that only the
 * server's account can read. Text sorts by code point, the same on every machine.
 *
 * @throws Error with what initdb wrote, if it fails.
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
 * How a process started in the data directory refers to it. Root's child that stepped down to
 * another account may own a directory below one that it cannot enter, such as /root; it reaches
 * it through the working directory that it was started in (proc(5), /proc/pid/cwd).
 */
export function dataDirectoryArgument(data: string, account: Account | undefined): string {
  return account && process.platform === "linux" ? "/proc/self/cwd" : data;
}

/** Runs initdb in a draft that becomes the data directory at once, so that there is never half of one. */
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
    // Before PostgreSQL 17 there is no other provider, and C compares as it does.
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

/** The major version of a program of PostgreSQL. */
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
