import type { SourceStatus } from "../../../domain/log/source-status";
import { mirrorName } from "../../../domain/warehouse/mirror/mirrored-table";
import type { CommitLoadContext } from "../context";
import { readHeldTables } from "./load-mirror";

/**
 * How up to date each mirrored table is after a commit, by its name: the tables that the commit mirrors, and those that
 * were mirrored earlier.
 */
export async function readMirrorStatuses(
  load: CommitLoadContext,
): Promise<ReadonlyMap<string, SourceStatus>> {
  const { mirror, capturedAt } = load.commit;
  const statuses = new Map<string, SourceStatus>();
  for (const table of (await readHeldTables(load)).keys())
    statuses.set(mirrorName(table), {
      state: "absent",
      asOf: null,
      since: capturedAt,
      reason: "marble:mirror does not name it any more",
      rejected: 0,
    });
  for (const [table, { shape: _, ...status }] of Object.entries(mirror?.tables ?? {}))
    statuses.set(mirrorName(table), status);
  return statuses;
}
