import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { DeclaredFunction, Program, ProgramOptions } from "./program";
import { hashOf, hashSources, readIfThere } from "./sources";

/** A folder for files that tools can make again. npm removes it with the dependencies. */
const KEPT = "node_modules/.cache/marble/programs";

/** A file of a function's package. Most are files of the project with the same path: only their hash is kept. */
interface KeptFile {
  /** in the package */
  readonly path: string;
  readonly hash: string;
  /** undefined for a file of the project */
  readonly content: Uint8Array | undefined;
}

interface KeptProgram {
  /** the hash of its inputs */
  readonly origin: string;
  readonly program: Program;
  /** the files of each function, by its name */
  readonly packages: Readonly<Record<string, readonly KeptFile[]>>;
}

/** Keeps the declared resources of a program between two starts. */
export interface ProgramStore {
  /**
   * Reads the kept program, and unpacks its packages into the work directory.
   *
   * @returns undefined if an input has changed: any file of the project, the installed packages, Node, or a bundle
   */
  take(workDirectory: string): Program | undefined;
  /**
   * Keeps a program without its archives, whose packages are unpacked. It replaces an older one. Keeps nothing if a file
   * of the project has changed since the store was opened: the program may have run either version.
   */
  keep(program: Program): void;
}

/** Opens the store of a project, a stack and its settings. Without npm's list of packages, it is always empty. */
export function programStore(
  project: string,
  { config, stack }: Pick<ProgramOptions, "config" | "stack">,
): ProgramStore {
  const settings = Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1));
  const name = createHash("sha256")
    .update(JSON.stringify([project, stack, settings]))
    .digest("hex");
  const path = join(project, KEPT, name);
  const origin = originOf(project);
  return {
    take: (workDirectory) => {
      const found = origin === undefined ? undefined : readIfThere(path);
      if (found === undefined) return undefined;
      const kept = deserialize(found) as KeptProgram;
      return kept.origin === origin ? unpack(project, kept, workDirectory) : undefined;
    },
    keep: (program) => {
      if (origin === undefined || originOf(project) !== origin) return;
      const packages = Object.fromEntries(
        program.functions.map(({ name: of, directory }) => [of, filesOf(project, directory)]),
      );
      const draft = `${path}.${process.pid}`;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(draft, serialize({ origin, program, packages } satisfies KeptProgram));
      // Another process sees the whole file or none.
      renameSync(draft, path);
    },
  };
}

function originOf(project: string): string | undefined {
  const hash = createHash("sha256").update(process.version);
  return hashSources(hash, project) ? hash.digest("hex") : undefined;
}

function unpack(
  project: string,
  { program, packages }: KeptProgram,
  workDirectory: string,
): Program | undefined {
  const functions: DeclaredFunction[] = [];
  const contents = new Map<string, Uint8Array>();
  for (const { name, ...declared } of program.functions) {
    const directory = resolve(workDirectory, "functions", name);
    functions.push({ ...declared, name, directory });
    for (const { path, hash, content } of packages[name] ?? []) {
      const bytes = content ?? readIfThere(join(project, path));
      if (bytes === undefined || hashOf(bytes) !== hash) return undefined;
      contents.set(join(directory, path), bytes);
    }
  }
  for (const { directory } of functions) rmSync(directory, { recursive: true, force: true });
  for (const [path, bytes] of contents) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return { ...program, functions };
}

function filesOf(project: string, directory: string): KeptFile[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(directory, file);
      const content = readFileSync(file);
      const hash = hashOf(content);
      const own = readIfThere(join(project, path));
      return { path, hash, content: own !== undefined && hashOf(own) === hash ? undefined : content };
    });
}
