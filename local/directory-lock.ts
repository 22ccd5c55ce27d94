import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { hasCode } from "./cloud/errno";
import { isAlive } from "./databases/postgres/orphan";

/** The name of the file with the process id. */
export const LOCK_FILE = "lock";

/** The locks of this process. */
const held = new Set<string>();

/**
 * Locks a directory for this process. The lock of a dead process is void.
 * @returns a function that releases the lock
 * @throws Error if another living process holds it
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = resolve(directory, LOCK_FILE);
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      held.add(file);
      return () => {
        if (held.delete(file)) rmSync(file, { force: true });
      };
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && isHeldBy(holder, file)) {
      throw new Error(
        `${directory} is in use by the process ${holder}: stop it, or choose another folder with --lake ` +
          `(if that process is not Marble, remove ${join(directory, LOCK_FILE)})`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** Undefined if nobody holds it any more. */
function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * In a container, every start has the same process id. So our own id belongs to an earlier process, unless we hold the
 * lock.
 */
function isHeldBy(holder: number, file: string): boolean {
  if (holder === process.pid) return held.has(file);
  return holder > 0 && isAlive(holder);
}
