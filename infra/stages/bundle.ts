import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { buildSync, type BuildOptions, type Metafile } from "esbuild";

/** The folder of bundles, relative to the project's folder. Version control ignores it. */
const BUNDLE_FOLDER = ".marble/bundles";

/** An exported function: the module `file` (absolute path) exports it under `name`. */
interface ExportedFunction {
  readonly file: string;
  readonly name: string;
}

/** A written bundle; paths are relative to the project's folder, with forward slashes. */
interface Bundle {
  /** a CommonJS module that exports the function as `handler` */
  readonly module: string;
  /** the module and its source map */
  readonly files: readonly string[];
}

/** The input and the output of a build. The output is a path relative to the project's folder. */
export type Build = BuildOptions & { readonly outfile: string };

/**
 * Returns the files of a build, after they are written: their paths, relative to the project's folder. `make` builds
 * and writes them.
 */
export type Builder = (build: Build, make: () => readonly string[]) => readonly string[];

let builder: Builder = (_, make) => make();

/** Lets the caller skip builds that are not needed. `pulumi up` builds everything. */
export function buildWith(other: Builder): void {
  builder = other;
}

/** @throws Error if the code does not compile, or imports the Pulumi SDK */
function make(build: Build): readonly string[] {
  const { outputFiles, metafile } = buildSync({
    ...build,
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  refusePulumi(build.outfile, metafile);
  return outputFiles.map(({ path, contents }) => {
    const file = toProject(path);
    writeWhole(file, contents);
    return file;
  });
}

/**
 * Finds the module that exports a function which this process has imported.
 *
 * @throws RunError, which Pulumi shows without a stack trace, if no module of the project exports it
 */
export function findExport(callback: (...args: never[]) => unknown): ExportedFunction {
  for (const [file, loaded] of Object.entries(require.cache)) {
    // Packages are skipped, because reading their exports would run the lazy getters of whole SDKs.
    if (file.includes(`${sep}node_modules${sep}`)) continue;
    const exported: unknown = loaded?.exports;
    if (typeof exported !== "object" || exported === null) continue;
    const name = Object.entries(exported).find(([, value]) => value === callback)?.[0];
    if (name !== undefined) return { file, name };
  }
  throw new RunError(
    `No module exports the function "${callback.name}". A Lambda is made from an exported function: ` +
      "export it from its own file in handlers/ and import it from there.",
  );
}

/**
 * Bundles an exported function with all its imports, including packages, into one CommonJS file with a source map, and
 * writes both.
 *
 * @throws Error if the code does not compile, or imports the Pulumi SDK
 */
export function bundle({ file, name }: ExportedFunction): Bundle {
  const source = toProject(file);
  // The name depends on the content, not on the Lambda, so that all stacks share a bundle.
  const module = `${BUNDLE_FOLDER}/${source.slice(0, -extname(source).length)}/${name}.js`;
  const build: Build = {
    stdin: {
      contents: `export { ${name} as handler } from ${JSON.stringify(`./${basename(file)}`)};`,
      resolveDir: dirname(file),
      sourcefile: `${name}-entry.js`,
    },
    outfile: module,
    platform: "node",
    target: "node20",
    format: "cjs",
    // The ES modules of a package give a smaller bundle than its CommonJS, because unused code is dropped.
    mainFields: ["module", "main"],
    // A cold start reads the whole bundle. The source map keeps the names in a stack trace.
    minify: true,
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
  };
  return { module, files: builder(build, () => make(build)) };
}

/**
 * Bundles a script that a Lambda puts into pages, and writes it. The Lambda can require its exports. Returns its path,
 * relative to the project's folder, which is also its path in the Lambda.
 */
export function bundlePageScript(file: string): string {
  const source = toProject(file);
  const outfile = `${BUNDLE_FOLDER}/${source.slice(0, -extname(source).length)}.js`;
  const build: Build = {
    entryPoints: [file],
    outfile,
    platform: "browser",
    target: "es2023",
    format: "iife",
    globalName: "script",
    footer: { js: 'if (typeof module === "object") module.exports = script;' },
    minify: true,
    legalComments: "none",
  };
  builder(build, () => make(build));
  return outfile;
}

function refusePulumi(outfile: string, metafile: Metafile): void {
  const isPulumi = (path: string): boolean => path.includes("node_modules/@pulumi/");
  const importer = Object.entries(metafile.inputs).find(
    ([path, { imports }]) => !isPulumi(path) && imports.some((imported) => isPulumi(imported.path)),
  )?.[0];
  if (importer === undefined) return;
  throw new RunError(
    `${importer} imports the Pulumi SDK and is part of a Lambda, ${outfile}. ` +
      "The SDK is for the program only: move what the Lambda needs to a file that does not import it.",
  );
}

const toProject = (path: string): string => relative(process.cwd(), path).split(sep).join("/");

/** Replaces the file atomically, because two runs may bundle at the same time. */
function writeWhole(path: string, contents: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = join(dirname(path), `${basename(path)}.${process.pid}.part`);
  writeFileSync(part, contents);
  renameSync(part, path);
}
