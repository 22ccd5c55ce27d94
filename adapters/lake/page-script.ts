import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PageScript } from "../../domain/report/page/page";

/** Loads the script of the report page from the function's archive. */
export function loadPageScript(path: string): PageScript {
  const file = resolve(path);
  const code = readFileSync(file, "utf8");
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the path is known only when the function runs
  const { chartSvg } = require(file) as Pick<PageScript, "chartSvg">;
  return { code, sha256: createHash("sha256").update(code).digest("base64"), chartSvg };
}
