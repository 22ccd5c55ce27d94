import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./postgres/errno";
import { isAlive } from "./postgres/orphan";

/**
 * Claims a directory for this process.
 * @returns what gives it back
 * @throws Error when another living process holds it
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "lock");
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = Number(readFileSync(file, "utf8"));
    if (holder > 0 && isAlive(holder)) {
      throw new Error(
        `${directory} is in use by the process ${holder}: stop it, or choose another folder with --lake`,
      );
    }
    rmSync(file, { force: true });
  }
}
