import type { RecordBatch } from "apache-arrow";
import { TransientError } from "../../domain/errors";
import { at } from "../../domain/formats/at";
import { dataKey } from "../../domain/log/keys";
import type { SortedSpec } from "../../domain/state/changes";
import { decodeLeaf, encodeLeaf, type Leaf } from "../../domain/state/leaf";
import type { StoredLeaf } from "../../domain/state/manifest";
import type { RowKey } from "../../domain/state/row-key";
import type { ObjectStore } from "../lake/object-store";
import type { LeafCache } from "./leaf-cache";

/** Reads the leaves of one table, and writes new leaves, many to an object. */
export interface LeafStore {
  read(spec: SortedSpec, leaf: StoredLeaf): Promise<Leaf>;
  /** Parts leaves into groups, each of which one request reads: leaves that follow each other in an object. */
  group(leaves: readonly StoredLeaf[]): readonly (readonly StoredLeaf[])[];
  /**
   * Reads the leaves of a group.
   * @param options.keep whether to cache them; true by default
   */
  readGroup(
    spec: SortedSpec,
    group: readonly StoredLeaf[],
    options?: { readonly keep: boolean },
  ): Promise<readonly Leaf[]>;
  /** Takes a leaf. It is written with the next segment, and by `flush` at the latest. */
  write(batch: RecordBatch, keys: { readonly first: RowKey; readonly last: RowKey }): Promise<StoredLeaf>;
  /** Discards a replaced leaf if it was not written yet. */
  drop(leaf: StoredLeaf): void;
  /** Writes all remaining leaves. Afterwards every leaf has a place in an object. */
  flush(): Promise<void>;
}

/** Leaves are held in memory up to this many bytes, then written as a segment. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

/** The size of a request for several leaves, in bytes. A larger leaf takes a separate request. */
const REQUEST_BYTES = 2 * 1024 * 1024;

/** Stores segments at `state/YYYY/MM/DD/<table>/<time>.arrow`. */
export function leafStore(options: {
  readonly table: string;
  readonly store: Pick<ObjectStore, "range" | "putIfAbsent">;
  readonly now: () => Date;
  readonly cache: LeafCache;
  readonly segmentBytes?: number;
}): LeafStore {
  const { table, store, now, cache, segmentBytes = SEGMENT_BYTES } = options;
  const pending = new Map<StoredLeaf, Uint8Array>();
  let pendingBytes = 0;

  const flush = async (): Promise<void> => {
    if (pending.size === 0) return;
    const key = dataKey({ at: now(), table, extension: "arrow", folder: "state" });
    let offset = 0;
    for (const [{ place, bytes }] of pending) {
      place.offset = offset;
      offset += bytes;
    }
    const body = concatenate([...pending.values()], pendingBytes);
    if (!(await store.putIfAbsent(key, body)))
      throw new TransientError(`${key} exists already: another run of process is writing`, {
        subject: { table },
      });
    for (const { place } of pending.keys()) place.segment = key;
    pending.clear();
    pendingBytes = 0;
  };

  const group = (leaves: readonly StoredLeaf[]): StoredLeaf[][] => {
    const groups: StoredLeaf[][] = [];
    let bytes = 0;
    let before: StoredLeaf | undefined;
    for (const leaf of leaves) {
      const isInMemory = pending.has(leaf) || cache.find(leaf) !== undefined;
      const follows = before !== undefined && isNext(leaf, before) && bytes + leaf.bytes <= REQUEST_BYTES;
      if (follows && !isInMemory) groups.at(-1)?.push(leaf);
      else groups.push([leaf]);
      bytes = follows ? bytes + leaf.bytes : leaf.bytes;
      before = isInMemory ? undefined : leaf;
    }
    return groups;
  };

  const request = async (spec: SortedSpec, group: readonly StoredLeaf[]): Promise<readonly Leaf[]> => {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return [];
    const held = pending.get(first);
    if (held !== undefined) return [decodeLeaf(spec, held)];
    const { segment, offset } = first.place;
    if (segment === undefined) throw new TypeError(`${table}: a leaf was read after it was dropped`);
    const bytes = new Uint8Array(await store.range(segment, offset, last.place.offset + last.bytes));
    return group.map((leaf) => {
      const start = leaf.place.offset - offset;
      // A copy, because a cached leaf must not keep the bytes of the others.
      return decodeLeaf(spec, group.length === 1 ? bytes : bytes.slice(start, start + leaf.bytes));
    });
  };

  const readGroup: LeafStore["readGroup"] = async (spec, group, { keep } = { keep: true }) => {
    const [first] = group;
    const known = first === undefined || group.length > 1 ? undefined : cache.find(first);
    if (known !== undefined) return [await known];
    const reading = request(spec, group);
    if (keep)
      group.forEach((leaf, index) => {
        cache.keep(
          leaf,
          reading.then((leaves) => at(leaves, index)),
        );
      });
    return reading;
  };

  return {
    read: async (spec, leaf) => at(await readGroup(spec, [leaf]), 0),
    group,
    readGroup,
    write: async (batch, { first, last }) => {
      const bytes = encodeLeaf(batch);
      const leaf: StoredLeaf = {
        first,
        last,
        rows: batch.numRows,
        bytes: bytes.length,
        place: { segment: undefined, offset: 0 },
      };
      if (pendingBytes + bytes.length > segmentBytes) await flush();
      pending.set(leaf, bytes);
      pendingBytes += bytes.length;
      return leaf;
    },
    drop: (leaf) => {
      cache.forget(leaf);
      if (pending.delete(leaf)) pendingBytes -= leaf.bytes;
    },
    flush,
  };
}

/** True if a leaf follows another one in the same object. */
const isNext = ({ place }: StoredLeaf, before: StoredLeaf): boolean =>
  place.segment !== undefined &&
  place.segment === before.place.segment &&
  place.offset === before.place.offset + before.bytes;

/** A large leaf is a separate segment, and is not copied. */
function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
