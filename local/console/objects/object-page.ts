import { commitPage } from "./commit-page";
import type { ObjectPage, TextPage } from "../api";
import { countRecords, csvPage } from "./csv-page";
import type { LakeReader } from "./lake-reader";
import { countLines, ndjsonPage } from "./ndjson-page";
import { countParquet, parquetPage } from "./parquet-page";
import type { RangedFile, RowsPage } from "./ranged-file";
import { searchPages } from "./search-pages";

const TEXT_BYTES = 64 * 1024;

/** Which page of which object. */
interface Asked {
  readonly bucket: string;
  readonly key: string;
  /** See the page before; empty for the first. */
  readonly from: string;
  /** Only rows that have this text in some column; empty for all. */
  readonly text: string;
}

/** A page of an object, as a table where it is one. */
export async function objectPage(lake: LakeReader, { bucket, key, from, text }: Asked): Promise<ObjectPage> {
  const store = lake.store(bucket);
  const file: RangedFile = {
    size: await lake.sizeOf(bucket, key),
    read: (start, end) => store.range(key, start, end),
  };
  const [, prefix = "", isCommit] = /^(.*?)(commits\/\d+\.json)$/.exec(key) ?? [];
  if (isCommit !== undefined) {
    const page = commitPage(JSON.parse((await store.get(key)) ?? "null"), prefix);
    if (page !== undefined) return page;
  }
  if (file.size === 0) return { kind: "text", text: "", cut: false };
  const format = FORMATS.get(/[^.]*$/.exec(key)?.[0] ?? "");
  if (format === undefined) return textPage(file);
  const pageAt = (at: number): Promise<RowsPage> => format.page(file, at);
  const start = Number(from) || 0;
  const page = text === "" ? await pageAt(start) : await searchPages(pageAt, { start, text });
  return { ...page, total: await format.count(file) };
}

/** What is read page by page. */
interface Format {
  readonly page: (file: RangedFile, from: number) => Promise<RowsPage>;
  /** Null where the file is too large to count its rows. */
  readonly count: (file: RangedFile) => Promise<number | null>;
}

/** By the end of the key. */
const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["csv", { page: csvPage, count: countRecords }],
  ["parquet", { page: parquetPage, count: countParquet }],
  ["ndjson", { page: ndjsonPage, count: countLines }],
]);

async function textPage(file: RangedFile): Promise<TextPage> {
  const bytes = await file.read(0, Math.min(file.size, TEXT_BYTES));
  return { kind: "text", text: new TextDecoder().decode(bytes), cut: file.size > TEXT_BYTES };
}
