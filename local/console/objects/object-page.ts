import { commitPage } from "./commit-page";
import type { ObjectPage, TextPage } from "../api";
import { csvPage } from "./csv-page";
import type { LakeReader } from "./lake-reader";
import { ndjsonPage } from "./ndjson-page";
import { parquetPage } from "./parquet-page";
import type { RangedFile } from "./ranged-file";

const TEXT_BYTES = 64 * 1024;

/** A page of an object, as a table where it is one. @param from see the page before; empty for the first */
export async function objectPage(
  lake: LakeReader,
  { bucket, key, from }: { readonly bucket: string; readonly key: string; readonly from: string },
): Promise<ObjectPage> {
  const store = lake.store(bucket);
  const file: RangedFile = {
    size: await lake.sizeOf(bucket, key),
    read: (start, end) => store.range(key, start, end),
  };
  const start = Number(from) || 0;
  const [, prefix = "", isCommit] = /^(.*?)(commits\/\d+\.json)$/.exec(key) ?? [];
  if (isCommit !== undefined) {
    const page = commitPage(JSON.parse((await store.get(key)) ?? "null"), prefix);
    if (page !== undefined) return page;
  }
  if (file.size === 0) return { kind: "text", text: "", cut: false };
  switch (/[^.]*$/.exec(key)?.[0]) {
    case "csv":
      return csvPage(file, start);
    case "parquet":
      return parquetPage(file, start);
    case "ndjson":
      return ndjsonPage(file, start);
    default:
      return textPage(file);
  }
}

async function textPage(file: RangedFile): Promise<TextPage> {
  const bytes = await file.read(0, Math.min(file.size, TEXT_BYTES));
  return { kind: "text", text: new TextDecoder().decode(bytes), cut: file.size > TEXT_BYTES };
}
