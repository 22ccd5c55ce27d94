import type { Leaf } from "../../domain/state/leaf";
import type { StoredLeaf } from "../../domain/state/manifest";

/** The most recently read leaves of all tables, bounded in bytes. */
export interface LeafCache {
  /** Returns the cached leaf, or reads it with `read`. Concurrent requests share one read. */
  get(leaf: StoredLeaf, read: () => Promise<Leaf>): Promise<Leaf>;
  forget(leaf: StoredLeaf): void;
}

const CACHE_BYTES = 48 * 1024 * 1024;

/** A decoded leaf takes about twice its bytes, because its keys are JavaScript values. */
const MEMORY_FACTOR = 2;

/** @param bytes approximate bound of the memory in use */
export function leafCache(bytes = CACHE_BYTES): LeafCache {
  // A Map keeps insertion order, so the first entry is the least recently used.
  const leaves = new Map<StoredLeaf, Promise<Leaf>>();
  let held = 0;
  const forget = (leaf: StoredLeaf): void => {
    if (leaves.delete(leaf)) held -= leaf.bytes * MEMORY_FACTOR;
  };
  return {
    get: (leaf, read) => {
      const known = leaves.get(leaf);
      if (known !== undefined) {
        leaves.delete(leaf);
        leaves.set(leaf, known);
        return known;
      }
      const reading = read();
      leaves.set(leaf, reading);
      held += leaf.bytes * MEMORY_FACTOR;
      for (const oldest of leaves.keys()) {
        if (held <= bytes || oldest === leaf) break;
        forget(oldest);
      }
      // Drop a failed read from the cache. Everybody who waits for it gets its error.
      reading.catch(() => forget(leaf));
      return reading;
    },
    forget,
  };
}
