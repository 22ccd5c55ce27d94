import type { Leaf } from "../../domain/state/leaf";
import type { StoredLeaf } from "../../domain/state/manifest";

/** The leaves that were read last, of all tables together, bounded in bytes. */
export interface LeafCache {
  /** The leaf as it is known, or as `read` reads it; two who ask at the same time read it once. */
  get(leaf: StoredLeaf, read: () => Promise<Leaf>): Promise<Leaf>;
  forget(leaf: StoredLeaf): void;
}

const CACHE_BYTES = 48 * 1024 * 1024;

/** A decoded leaf takes about twice its bytes: its keys are values of JavaScript. */
const MEMORY_FACTOR = 2;

/** @param bytes of memory, about */
export function leafCache(bytes = CACHE_BYTES): LeafCache {
  // A Map keeps the order in which its entries were set: the first is the one that was used longest ago.
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
      // A failed read is not kept; whoever waits for it gets its error.
      reading.catch(() => forget(leaf));
      return reading;
    },
    forget,
  };
}
