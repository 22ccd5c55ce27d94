import type { RecordBatch } from "apache-arrow";
import { TransientError } from "../../domain/errors";
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
  /** Takes a leaf. It is written with the next segment, and by `flush` at the latest. */
  write(batch: RecordBatch, keys: { readonly first: RowKey; readonly last: RowKey }): Promise<StoredLeaf>;
  /** Discards a replaced leaf if it was not written yet. */
  drop(leaf: StoredLeaf): void;
  /** Writes all remaining leaves. Afterwards every leaf has a place in an object. */
  flush(): Promise<void>;
}

/** Leaves are held in memory up to this many bytes, then written as a segment. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

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
    const body = new Uint8Array(pendingBytes);
    let offset = 0;
    for (const [{ place }, bytes] of pending) {
      body.set(bytes, offset);
      place.offset = offset;
      offset += bytes.length;
    }
    if (!(await store.putIfAbsent(key, body)))
      throw new TransientError(`${key} exists already: another run of process is writing`, {
        subject: { table },
      });
    for (const { place } of pending.keys()) place.segment = key;
    pending.clear();
    pendingBytes = 0;
  };

  const bytesOf = async (leaf: StoredLeaf): Promise<Uint8Array> => {
    const held = pending.get(leaf);
    if (held !== undefined) return held;
    const { segment, offset } = leaf.place;
    if (segment === undefined) throw new TypeError(`${table}: a leaf was read after it was dropped`);
    return new Uint8Array(await store.range(segment, offset, offset + leaf.bytes));
  };

  return {
    read: (spec, leaf) => cache.get(leaf, async () => decodeLeaf(spec, await bytesOf(leaf))),
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
