import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { hasCode } from "../cloud/errno";

/**
 * Adds the inputs of the program and its bundles to a hash: every code, JSON and style file of the project, with its
 * path, and the packages that npm has installed.
 *
 * @returns false without npm's list of packages: the hash is incomplete then
 */
export function hashSources(hash: Hash, project: string): boolean {
  const installed = readIfThere(join(project, "node_modules/.package-lock.json"));
  if (installed === undefined) return false;
  hash.update(installed);
  for (const file of sources(project))
    hash.update(`\0${relative(project, file)}\0`).update(readFileSync(file));
  return true;
}

/** All possible inputs except packages: code, JSON and styles. */
function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!/^\.|^(node_modules|coverage)$/.test(entry.name)) yield* sources(path);
    } else if (/\.([cm]?[jt]sx?|json|css)$/.test(entry.name)) yield path;
  }
}

/** @returns undefined when there is no such file */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The SHA-256 of a content, in hexadecimal. */
export const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
