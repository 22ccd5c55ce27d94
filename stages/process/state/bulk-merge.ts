import type { LeafStore } from "../../../adapters/state/leaf-store";
import { bytesOf } from "../../../domain/formats/columnar/size";
import type { SortedChanges } from "../../../domain/state/changes";
import { LEAF_SIZE, type LeafSize } from "../../../domain/state/split";
import type { ChunkLimits } from "./change-chunks";
import { leafOf } from "./find-rows";
import { largestPart, mergeRuns, type Run } from "./merge-runs";
import type { SortedTable } from "./sorted-table";
import { writeLeaves } from "./write-leaves";

/** Merges chunks of changes into a table, in their order. */
interface BulkMerge {
  add(chunk: SortedChanges): Promise<void>;
  /** Merges all waiting chunks. */
  finish(): Promise<void>;
}

/** Decides which chunks wait as runs, and how many. */
export interface RunLimits {
  /** A chunk is merged immediately if the leaves in its range have at most this many times its bytes. */
  readonly cheapFactor: number;
  readonly mostRuns: number;
}

const RUN_LIMITS: RunLimits = { cheapFactor: 4, mostRuns: 32 };

export interface BulkOptions {
  readonly store: LeafStore;
  readonly size?: LeafSize | undefined;
  readonly chunk: ChunkLimits;
  /** Smaller in tests. */
  readonly limits?: RunLimits | undefined;
}

/**
 * A chunk of random keys changes every leaf of a large table, so ten chunks would write the whole table ten times.
 * Therefore such chunks wait as sorted runs in the bucket, and are merged together.
 * @param merge merges some changes into the table
 */
export function bulkMerge(
  table: SortedTable,
  options: BulkOptions,
  merge: (changes: SortedChanges) => Promise<void>,
): BulkMerge {
  const { store, size = LEAF_SIZE, chunk, limits = RUN_LIMITS } = options;
  let runs: Run[] = [];
  let runBytes = 0;

  const mergeWaiting = async (): Promise<void> => {
    const waiting = runs;
    [runs, runBytes] = [[], 0];
    for await (const changes of mergeRuns(waiting, { spec: table.spec, store, held: chunk }))
      await merge(changes);
  };

  const isCheap = ({ batch, keys }: SortedChanges): boolean => {
    const [first] = keys;
    const last = keys.at(-1);
    if (first === undefined || last === undefined) return true;
    const leaves = table.leaves();
    const end = leafOf(leaves, last);
    const most = limits.cheapFactor * bytesOf(batch);
    let bytes = 0;
    for (let place = leafOf(leaves, first); place <= end && bytes <= most; place++)
      bytes += leaves[place]?.bytes ?? 0;
    return bytes <= most;
  };

  return {
    add: async (changes) => {
      if (changes.keys.length + changes.deleted.length === 0) return;
      // An index deletes the entries of changed rows. They must not come back from an earlier run.
      if (changes.deleted.length > 0) await mergeWaiting();
      else if (runs.length > 0 || !isCheap(changes)) {
        const run = await writeLeaves(changes, { store, size });
        runs.push(run);
        // A merge holds a part of each run. A leaf with a large row is large.
        runBytes += largestPart(run);
        if (runs.length >= limits.mostRuns || runBytes >= chunk.bytes) await mergeWaiting();
        return;
      }
      await merge(changes);
    },
    finish: mergeWaiting,
  };
}
