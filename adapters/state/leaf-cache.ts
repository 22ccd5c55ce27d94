import type { Leaf } from "../../domain/state/leaf";
import type { StoredLeaf } from "../../domain/state/manifest";

/** The most recently read leaves of all tables, bounded in bytes. */
export interface LeafCache {
  find(leaf: StoredLeaf): Promise<Leaf> | undefined;
  /** Keeps a leaf that is being read, so that concurrent requests share one read. A failed read is forgotten. */
  keep(leaf: StoredLeaf, reading: Promise<Leaf>): void;
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
    find: (leaf) => {
      const known = leaves.get(leaf);
      if (known === undefined) return undefined;
      leaves.delete(leaf);
      leaves.set(leaf, known);
      return known;
    },
    keep: (leaf, reading) => {
      forget(leaf);
      leaves.set(leaf, reading);
      held += leaf.bytes * MEMORY_FACTOR;
      for (const oldest of leaves.keys()) {
        if (held <= bytes || oldest === leaf) break;
        forget(oldest);
      }
      // Everybody who waits for the leaf gets the error.
      reading.catch(() => forget(leaf));
    },
    forget,
  };
}
