import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { version } from "esbuild";
import type { Build, Builder } from "../../infra/stages/bundle";
import { hashOf, hashSources, readIfThere } from "./sources";

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
export function reuseBundles(project: string): Builder {
  const readSources = (): string | undefined => hashOfSources(project);
  // A program declares all its Lambdas in one go. Reading the sources for each takes a tenth of its time.
  const sources = oncePerTurn(readSources);
  return (build, make) => {
    const origin = originOf(build, sources());
    const path = `${build.outfile}.json`;
    const kept = readIfThere(path);
    if (kept !== undefined) {
      const stamp = JSON.parse(kept.toString()) as Stamp;
      if (stamp.origin === origin && isThere(stamp)) return Object.keys(stamp.files);
    }
    const files = make();
    // If a file was saved during the build, the bundle may have either version.
    if (origin !== undefined && originOf(build, readSources()) === origin) {
      const hashes = Object.fromEntries(files.map((file) => [file, hashOf(readFileSync(file))]));
      writeStamp(path, { origin, files: hashes });
    }
    return files;
  };
}

/** @returns undefined if the sources are not all known */
function originOf(build: Build, sources: string | undefined): string | undefined {
  if (sources === undefined) return undefined;
  return createHash("sha256")
    .update(JSON.stringify([version, build, sources]))
    .digest("hex");
}

function hashOfSources(project: string): string | undefined {
  const hash = createHash("sha256");
  return hashSources(hash, project) ? hash.digest("hex") : undefined;
}

/** Reads again only after the process has had a pause. */
function oncePerTurn<T>(read: () => T): () => T {
  let last: { readonly value: T } | undefined;
  return () => {
    if (last === undefined) {
      last = { value: read() };
      setImmediate(() => (last = undefined));
    }
    return last.value;
  };
}

const isThere = ({ files }: Stamp): boolean =>
  Object.entries(files).every(([file, hash]) => {
    const content = readIfThere(file);
    return content !== undefined && hashOf(content) === hash;
  });

function writeStamp(path: string, stamp: Stamp): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamp));
  renameSync(draft, path);
}
