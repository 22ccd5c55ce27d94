import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildSync } from "esbuild";

/** The usual folder for caches of tools. It is deleted with the dependencies. */
const CACHE = join(__dirname, "../../../node_modules/.cache/marble");

let compiled: string | undefined;

/**
 * The path of the compiled bootstrap. It is one plain JavaScript file, so that the process of a function starts as fast
 * as `node`. It is built once in each process, on first use.
 */
export function bootstrapFile(): string {
  compiled ??= compile();
  return compiled;
}

function compile(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, "bootstrap.ts")],
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
  const file = join(CACHE, "lambda-bootstrap.js");
  const draft = `${file}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(draft, outputFiles[0]?.contents ?? "");
  // Another process may be starting a function from the file now. It must see the old or the new one, whole.
  renameSync(draft, file);
  return file;
}
