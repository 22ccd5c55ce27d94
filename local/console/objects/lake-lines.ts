import { readLines } from "../../../domain/formats/lines";
import type { DataFile } from "../../../domain/log/commit";
import type { LakeReader } from "./lake-reader";

/**
 * The JSON objects of a file that a commit of the processed log names, one per line.
 * @param most the maximum number of lines
 */
export async function* linesOf<T>(
  lake: Pick<LakeReader, "store" | "buckets" | "processedPrefix">,
  { key }: Pick<DataFile, "key">,
  most = Infinity,
): AsyncGenerator<T> {
  let count = 0;
  const chunks = await lake.store(lake.buckets.processed).stream(`${lake.processedPrefix}${key}`);
  for await (const line of readLines(chunks)) {
    yield JSON.parse(line) as T;
    count += 1;
    if (count === most) return;
  }
}
