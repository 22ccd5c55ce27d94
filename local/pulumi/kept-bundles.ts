import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { version } from "esbuild";
import type { Build, Builder } from "../../infra/stages/bundle";
import { hasCode } from "../cloud/errno";

/** The record of a bundle: its inputs and its files. */
interface Stamp {
  readonly origin: string;
  /** hashes of the written files, by path */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Builds a bundle only if an input has changed: the build options, any file of the project, or the packages that npm
 * has installed. The written files must be unchanged, too. Without npm's list of packages, it always builds.
 */
export function unlessUnchanged(project: string): Builder {
  return (build, make) => {
    const origin = originOf(project, build);
    const path = `${build.outfile}.json`;
    const kept = readIfThere(path);
    if (kept !== undefined) {
      const stamp = JSON.parse(kept.toString()) as Stamp;
      if (stamp.origin === origin && isThere(stamp)) return Object.keys(stamp.files);
    }
    const files = make();
    // If a file was saved during the build, the bundle may have either version.
    if (origin !== undefined && originOf(project, build) === origin) {
      const hashes = Object.fromEntries(files.map((file) => [file, hashOf(readFileSync(file))]));
      writeStamp(path, { origin, files: hashes });
    }
    return files;
  };
}

function originOf(project: string, build: Build): string | undefined {
  const installed = readIfThere(join(project, "node_modules/.package-lock.json"));
  if (installed === undefined) return undefined;
  const hash = createHash("sha256")
    .update(JSON.stringify([version, build]))
    .update(installed);
  for (const file of sources(project)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

/** All possible inputs of a bundle except packages: code, JSON and styles. */
function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!/^\.|^(node_modules|coverage)$/.test(entry.name)) yield* sources(path);
    } else if (/\.([cm]?[jt]sx?|json|css)$/.test(entry.name)) yield path;
  }
}

const isThere = ({ files }: Stamp): boolean =>
  Object.entries(files).every(([file, hash]) => {
    const content = readIfThere(file);
    return content !== undefined && hashOf(content) === hash;
  });

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function writeStamp(path: string, stamp: Stamp): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamp));
  renameSync(draft, path);
}

const hashOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
