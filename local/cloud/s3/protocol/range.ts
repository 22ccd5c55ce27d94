import { s3Error } from "./errors";

/** Bytes of an object, both ends inclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The range that a Range header asks for. Like S3, it ignores several ranges and units other than bytes (RFC 9110,
 * section 14.2), and returns undefined for the whole object.
 * @throws S3Error InvalidRange if the object has no such byte
 */
export function parseRange(header: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) throw s3Error("InvalidRange");
  return { start, end };
}
