import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { loadPageScript } from "../../../adapters/lake/page-script";
import type { ReportDeclaration } from "../../../domain/report/declaration";
import { reportPage } from "../../../domain/report/page/page";
import type { Report } from "../../../domain/report/report";

/** The page of another declaration than the deployed one, as a file. */
interface OtherPage {
  /** `file:///…` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Writes the page of a report with its script.
 * @param declared the declaration, which tests/support/report/library.ts exports under `name`
 */
export async function otherPage(
  report: Report,
  { name, declared }: { readonly name: string; readonly declared: ReportDeclaration },
): Promise<OtherPage> {
  const directory = await mkdtemp(join(tmpdir(), "marble-other-"));
  const outfile = join(directory, "page.js");
  buildSync({
    stdin: {
      contents: `export { chartSvg } from "./domain/report/charts/chart-svg";
import { startPage } from "./domain/report/browser/page";
import { ${name} } from "./tests/support/report/library";
if (typeof document !== "undefined") startPage(${name});`,
      resolveDir: resolve("."),
    },
    bundle: true,
    outfile,
    platform: "browser",
    target: "es2023",
    format: "iife",
    globalName: "script",
    footer: { js: 'if (typeof module === "object") module.exports = script;' },
    minify: true,
  });
  const file = join(directory, "report.html");
  await writeFile(file, reportPage(report, declared, loadPageScript(outfile)));
  return { url: pathToFileURL(file).href, close: () => rm(directory, { recursive: true }) };
}
