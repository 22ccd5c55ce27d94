import { bytesFrom, cut, MOST_COUNTED, PAGE_ROWS, type RangedFile, type RowsPage } from "./ranged-file";

const NEWLINE = 0x0a;

/**
 * Reads a page of a file with one JSON object per line. The members of the objects are the columns.
 * @param from the first byte of the first line, from the previous page; 0 for the first page
 */
export async function readNdjsonPage(file: RangedFile, from: number): Promise<RowsPage> {
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

/** The number of lines of a file; null if it is too large. */
export async function countLines(file: RangedFile): Promise<number | null> {
  if (file.size > MOST_COUNTED) return null;
  let count = 0;
  for await (const chunk of bytesFrom(file, 0)) for (const byte of chunk) if (byte === NEWLINE) count += 1;
  return count;
}

function cellText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}
