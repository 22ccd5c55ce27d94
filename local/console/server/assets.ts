import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** The files that the browser loads, by path. */
export type Assets = ReadonlyMap<string, { readonly type: string; readonly body: string }>;

const BROWSER = join(__dirname, "../browser");

/** Bundles the pages from their TypeScript in memory. No build step is needed before. */
export async function bundleAssets(): Promise<Assets> {
  const { outputFiles } = await build({
    entryPoints: [join(BROWSER, "main.tsx")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
  });
  const read = (name: string): Promise<string> => readFile(join(BROWSER, name), "utf8");
  return new Map([
    ["/", { type: "text/html; charset=utf-8", body: await read("index.html") }],
    ["/console.css", { type: "text/css; charset=utf-8", body: await read("console.css") }],
    ["/icon.svg", { type: "image/svg+xml", body: await read("icon.svg") }],
    ["/main.js", { type: "text/javascript; charset=utf-8", body: outputFiles[0]?.text ?? "" }],
  ]);
}
