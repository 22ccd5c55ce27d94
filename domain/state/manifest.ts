import * as z from "zod";
import { arrowType, arrowTypeName, type ColumnShape } from "../formats/columnar/arrow";
import { TerminalError } from "../errors";
import type { RowKey } from "./row-key";

/**
 * Where the rows of a source table are after a commit. The rows are sorted into *leaves*. An immutable *segment*
 * (`state/YYYY/MM/DD/<table>/<time>.arrow`) holds some consecutive leaves. A commit that changes a row rewrites its
 * leaf into a new segment, and writes a manifest with all valid leaves.
 */
export interface Manifest {
  readonly version: 1;
  readonly table: string;
  /** Name and Arrow type of each column, in the order of the leaves. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly StoredLeaf[];
  /** The leaves of each index, by its name. */
  readonly indexes: Readonly<Record<string, readonly StoredLeaf[]>>;
}

/** A leaf of a sorted table: its range of keys, and its place. */
export interface StoredLeaf {
  readonly first: RowKey;
  readonly last: RowKey;
  readonly rows: number;
  readonly bytes: number;
  readonly place: Place;
}

/** The place of a leaf. It is undefined until the segment is written. */
interface Place {
  segment: string | undefined;
  offset: number;
}

/** Columns as a manifest lists them. */
export const shapeOf = (columns: Readonly<Record<string, ColumnShape>>): [string, string][] =>
  Object.entries(columns).map(([name, { type }]) => [name, arrowTypeName(arrowType(type))]);

export const indexName = (columns: readonly string[]): string => JSON.stringify(columns);

/** JSON has no bigint. */
type StoredKey = number | string | { readonly bigint: string };

const storedKey = z.union([z.number(), z.string(), z.object({ bigint: z.string() })]);
const leaves = z.array(z.tuple([storedKey, storedKey, z.number(), z.number(), z.number(), z.number()]));
const file = z.object({
  version: z.literal(1),
  table: z.string(),
  columns: z.array(z.tuple([z.string(), z.string()])),
  segments: z.array(z.string()),
  rows: leaves,
  indexes: z.record(z.string(), leaves),
});

const toStored = (key: RowKey): StoredKey => (typeof key === "bigint" ? { bigint: String(key) } : key);
const fromStored = (key: StoredKey): RowKey => (typeof key === "object" ? BigInt(key.bigint) : key);

export function formatManifest(manifest: Manifest): string {
  const numbers = new Map<string, number>();
  const numberOf = (segment: string): number => {
    const known = numbers.get(segment);
    if (known !== undefined) return known;
    numbers.set(segment, numbers.size);
    return numbers.size - 1;
  };
  const format = (of: readonly StoredLeaf[]): z.infer<typeof leaves> =>
    of.map(({ first, last, rows, bytes, place: { segment, offset } }) => {
      if (segment === undefined) throw new TypeError(`${manifest.table}: a leaf is not written yet`);
      return [toStored(first), toStored(last), rows, bytes, numberOf(segment), offset];
    });
  const { version, table, columns } = manifest;
  const rows = format(manifest.rows);
  const indexes = Object.fromEntries(
    Object.entries(manifest.indexes).map(([name, of]) => [name, format(of)]),
  );
  return JSON.stringify({ version, table, columns, segments: [...numbers.keys()], rows, indexes });
}

/** @throws TerminalError when the text is not a manifest that this version reads */
export function parseManifest(key: string, body: string): Manifest {
  const parsed = file.safeParse(parseJson(key, body));
  if (!parsed.success) throw unreadable(key, parsed.error);
  const { segments, table, columns, version } = parsed.data;
  const read = (of: z.infer<typeof leaves>): StoredLeaf[] =>
    of.map(([first, last, rows, bytes, segment, offset]) => {
      const name = segments[segment];
      if (name === undefined) throw unreadable(key);
      return {
        first: fromStored(first),
        last: fromStored(last),
        rows,
        bytes,
        place: { segment: name, offset },
      };
    });
  const indexes = Object.fromEntries(
    Object.entries(parsed.data.indexes).map(([name, of]) => [name, read(of)]),
  );
  return { version, table, columns, rows: read(parsed.data.rows), indexes };
}

function parseJson(key: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw unreadable(key, error);
  }
}

const unreadable = (key: string, cause?: unknown): TerminalError =>
  new TerminalError(
    `${key} is not a manifest of joined rows that this version of Marble can read; ` +
      "restore the object from its versions, or build the processed log again",
    { subject: { key }, cause },
  );
