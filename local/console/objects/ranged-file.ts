import type { TablePage } from "../api";

/** An object that is read in ranges. */
export interface RangedFile {
  /** Its size in bytes. */
  readonly size: number;
  /** The bytes from `start` up to and excluding `end`. */
  read(start: number, end: number): Promise<ArrayBuffer>;
}

/** Some rows of an object. */
export type RowsPage = Omit<TablePage, "total">;

/** The number of rows on a page. */
export const PAGE_ROWS = 100;

const CHUNK_BYTES = 64 * 1024;
const MOST_BYTES = 16 * 1024 * 1024;

/** The maximum size of a file whose rows are counted, in bytes. */
export const MOST_COUNTED = MOST_BYTES;

/**
 * The bytes from an offset on, in chunks.
 * @throws Error when a page needs more bytes than it may
 */
export async function* bytesFrom(
  file: RangedFile,
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = start; at < file.size; at += CHUNK_BYTES) {
    if (at - start > MOST_BYTES)
      throw new Error("a page of this object takes more than 16 MB: open it with another tool");
    yield new Uint8Array(await file.read(at, Math.min(at + CHUNK_BYTES, file.size)));
  }
}

const LONGEST_CELL = 500;

/** Cuts off the end of a long value. */
export const cut = (text: string): string =>
  text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
