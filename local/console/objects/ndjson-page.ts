import type { TablePage } from "../api";
import { bytesFrom, cut, PAGE_ROWS, type RangedFile } from "./ranged-file";

const NEWLINE = 0x0a;

/**
 * A page of a file with a JSON object a line, its members as columns.
 * @param from the byte where the first line begins, as the page before says; 0 for the first page
 */
export async function ndjsonPage(file: RangedFile, from: number): Promise<TablePage> {
  const lines: Readonly<Record<string, unknown>>[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let at = from;
  for await (const chunk of bytesFrom(file, from)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0 && lines.length < PAGE_ROWS; end = rest.indexOf(NEWLINE)) {
      lines.push(JSON.parse(rest.toString("utf8", 0, end)) as Readonly<Record<string, unknown>>);
      rest = rest.subarray(end + 1);
      at += end + 1;
    }
    if (lines.length === PAGE_ROWS) break;
  }
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  return {
    kind: "table",
    columns,
    rows: lines.map((line) => columns.map((name) => cellText(line[name]))),
    next: at < file.size ? String(at) : null,
  };
}

function cellText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}
