/**
 * Compares two strings by their UTF-8 bytes, S3's order of keys. JavaScript compares UTF-16 units, which puts U+10000
 * and above (surrogate pairs, 0xD800 to 0xDFFF) before U+E000 to U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) {
      return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
    }
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** The position of the first key for which `isBeyond` holds. It must hold for every later key, too. */
export function firstIndex(keys: readonly string[], isBeyond: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBeyond(keys[middle] ?? "")) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The keys of one bucket in UTF-8 byte order. */
export interface KeyIndex {
  /** Adds a key that the index does not have yet. */
  add(key: string): void;
  delete(key: string): void;
  /** The keys in order; valid until the next change. */
  sorted(): readonly string[];
}

/** For more new keys than this, one merge is cheaper than an insertion of each. */
const maxSingleInserts = 64;

/** An index over `keys`, which may come in any order. The next read merges deferred writes together. */
export function createKeyIndex(keys: Iterable<string>): KeyIndex {
  let settled = [...keys].sort(compareUtf8);
  let added: string[] = [];

  function mergeAdded(): string[] {
    if (added.length > maxSingleInserts) {
      // Array.prototype.sort is a merge sort that recognises sorted runs, so it is linear in the keys that are sorted
      // already.
      settled = settled.concat(added.sort(compareUtf8)).sort(compareUtf8);
    } else {
      for (const key of added) settled.splice(positionOf(key), 0, key);
    }
    added = [];
    return settled;
  }

  function positionOf(key: string): number {
    return firstIndex(settled, (other) => compareUtf8(other, key) >= 0);
  }

  return {
    add: (key) => void added.push(key),
    delete(key) {
      mergeAdded();
      const position = positionOf(key);
      if (settled[position] === key) settled.splice(position, 1);
    },
    sorted: mergeAdded,
  };
}
