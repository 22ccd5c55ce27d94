import { commitPage } from "./commit-page";
import type { ObjectPage, TextPage } from "../api";
import { countRecords, readCsvPage } from "./csv-page";
import type { LakeReader } from "./lake-reader";
import { countLines, readNdjsonPage } from "./ndjson-page";
import { countParquet, readParquetPage } from "./parquet-page";
import type { RangedFile, RowsPage } from "./ranged-file";
import { searchPages } from "./search-pages";

const TEXT_BYTES = 64 * 1024;

/** Identifies a page of an object. */
interface Asked {
  readonly bucket: string;
  readonly key: string;
  /** From the previous page; empty for the first page. */
  readonly from: string;
  /** Only rows with this text in any column; empty for all rows. */
  readonly text: string;
}

/** Reads a page of an object, as a table if its format is one. */
export async function readObjectPage(
  lake: LakeReader,
  { bucket, key, from, text }: Asked,
): Promise<ObjectPage> {
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

/** A format that is read page by page. */
interface Format {
  readonly page: (file: RangedFile, from: number) => Promise<RowsPage>;
  /** Null if the file is too large to count its rows. */
  readonly count: (file: RangedFile) => Promise<number | null>;
}

/** The formats, by the ending of the key. */
const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["csv", { page: readCsvPage, count: countRecords }],
  ["parquet", { page: readParquetPage, count: countParquet }],
  ["ndjson", { page: readNdjsonPage, count: countLines }],
]);

async function textPage(file: RangedFile): Promise<TextPage> {
  const bytes = await file.read(0, Math.min(file.size, TEXT_BYTES));
  return { kind: "text", text: new TextDecoder().decode(bytes), cut: file.size > TEXT_BYTES };
}
