import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasCode } from "../../../local/cloud/errno";
import { isAlive, reapOrphan } from "../../../local/databases/postgres/orphan";

const NAME = /^marble-tests-(?<pid>\d+)-/;

/** Makes a directory for the server of this test run, with the id of the process in its name. */
export function makeServerDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), `marble-tests-${process.pid}-`));
}

/** Ends the servers of test runs that were killed, and removes their directories. */
export async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(NAME.exec(name)?.groups?.["pid"]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const directory = path.join(tmpdir(), name);
    try {
      const password = await readFile(path.join(directory, "password"), "utf8");
      await reapOrphan({ data: path.join(directory, "data"), password });
    } catch (error) {
      if (hasCode(error, "EACCES", "EPERM")) continue; // another user's
      if (!hasCode(error, "ENOENT")) throw error;
    }
    await rm(directory, { recursive: true, force: true });
  }
}
