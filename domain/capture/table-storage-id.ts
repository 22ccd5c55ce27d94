/**
 * How PostgreSQL stores a table, as text: `oid:relfilenode` of the table, then of every partition or
 * inheriting table below it, in order of oid: `16390:0,16393:16393,16396:16401`.
 *
 * The oid stays while the table lives, whatever it is called. The relfilenode changes whenever the rows
 * are written anew: TRUNCATE, VACUUM FULL, CLUSTER, pg_repack, most of ALTER COLUMN TYPE.
 */
export interface StorageChange {
  /** Another table has the name: rows of it may be older than the last capture. */
  readonly replaced: boolean;
  /** The rows were written anew: they may carry new transaction ids and be as they were. */
  readonly rewritten: boolean;
  /** The oids of what came in below the table: its rows may be older than the last capture. */
  readonly joined: readonly string[];
}

function parse(storage: string): { root: string | undefined; nodes: Map<string, string> } {
  const nodes = storage.split(",").map((node): [string, string] => {
    const [oid = "", filenode = ""] = node.split(":");
    return [oid, filenode];
  });
  return { root: nodes[0]?.[0], nodes: new Map(nodes) };
}

/** Compares how a table is stored with how it was at its last capture. What was taken out below it shows in its rows. */
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
