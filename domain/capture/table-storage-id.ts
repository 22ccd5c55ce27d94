/**
 * How PostgreSQL stores a table, as text: `oid:relfilenode` of the table, then of every partition or inheriting table
 * below it, ordered by oid: `16390:0,16393:16393,16396:16401`.
 *
 * The oid stays the same during the life of the table, whatever its name. The relfilenode changes whenever the rows are
 * rewritten: TRUNCATE, VACUUM FULL, CLUSTER, pg_repack, most forms of ALTER COLUMN TYPE.
 */

/** How the storage of a table differs from that at its last capture. */
export interface StorageChange {
  /** True if another table has taken the name. Its rows may be older than the last capture. */
  readonly replaced: boolean;
  /** True if the rows were rewritten. They may have new transaction ids although they are unchanged. */
  readonly rewritten: boolean;
  /** The oids of the tables that were attached below the table. Their rows may be older than the last capture. */
  readonly joined: readonly string[];
}

function parse(storage: string): { root: string | undefined; nodes: Map<string, string> } {
  const nodes = storage.split(",").map((node): [string, string] => {
    const [oid = "", filenode = ""] = node.split(":");
    return [oid, filenode];
  });
  return { root: nodes[0]?.[0], nodes: new Map(nodes) };
}

/**
 * Compares the storage of a table with that at its last capture. Does not report detached tables, because their rows
 * are found as deleted.
 */
export function storageChange(before: string, now: string): StorageChange {
  const was = parse(before);
  const is = parse(now);
  const oids = [...is.nodes.keys()];
  return {
    replaced: was.root !== is.root,
    rewritten: oids.some((oid) => was.nodes.has(oid) && was.nodes.get(oid) !== is.nodes.get(oid)),
    joined: oids.filter((oid) => !was.nodes.has(oid)),
  };
}
