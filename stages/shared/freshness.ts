import type { CommitLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { WarehousePosition } from "../../adapters/warehouse/position";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import { commitKey } from "../../domain/log/keys";

/**
 * The state of the stages, sent by every run, including idle and failed ones.
 *
 * Freshness is the age of the newest moment for which the warehouse is known to show what the source had.
 * That moment is when its newest commit was captured, or, later, when a run of ingest last looked at the
 * source and found nothing beyond that commit. Such a run leaves the time as a tag of the commit. So a source
 * in which nothing happens at night stays fresh, and one that no run looks at does not: neither
 * while its commits are stuck on the way.
 */
const SEEN_TAG = "marble:seen";

interface IngestLog {
  readonly store: ObjectStore;
  readonly log: CommitLog<IngestCommit>;
}

/** Notes that the source had nothing beyond the newest commit. @param at a time before the look */
export async function recordSeen({ store, log }: IngestLog, at: Date): Promise<void> {
  const head = await log.head();
  if (head !== undefined) await store.tag(commitKey(head.number), { [SEEN_TAG]: at.toISOString() });
}

/** Tells which commits wait to be processed, and which tables are in quarantine. */
export async function reportProcessStanding(options: {
  readonly ingested: IngestLog;
  readonly processed: { readonly log: CommitLog<ProcessCommit> };
  readonly telemetry: Telemetry;
}): Promise<void> {
  const { ingested, processed, telemetry } = options;
  const [captured, head] = await Promise.all([ingested.log.head(), processed.log.head()]);
  telemetry.count("CommitsBehind", (captured?.number ?? 0) - (head?.number ?? 0));
  telemetry.count("TablesQuarantined", Object.keys(head?.commit.quarantine ?? {}).length);
}

interface LoadStanding {
  readonly ingested: ObjectStore;
  readonly log: CommitLog<ProcessCommit>;
  readonly telemetry: Telemetry;
  readonly now: Date;
}

/** Tells how old what the warehouse shows is, and what waits. Nothing is known of one that was never loaded. */
export async function reportLoadStanding(
  position: WarehousePosition | undefined,
  options: LoadStanding,
): Promise<void> {
  const { log, telemetry } = options;
  // Run both; a failure of one must not suppress the other.
  const sent = await Promise.allSettled([
    log.head().then((head) => {
      telemetry.count("CommitsBehind", (head?.number ?? 0) - (position?.commit ?? 0));
    }),
    position === undefined ? undefined : reportAge(position, options),
  ]);
  for (const one of sent) if (one.status === "rejected") throw one.reason;
}

async function reportAge(
  position: WarehousePosition,
  { ingested, telemetry, now }: LoadStanding,
): Promise<void> {
  telemetry.count("OrphansWaiting", position.waiting);
  const seen = (await ingested.tags(commitKey(position.commit))).get(SEEN_TAG);
  const shown = Math.max(position.capturedAt.getTime(), seen === undefined ? 0 : Date.parse(seen));
  telemetry.count("Freshness", Math.max(0, (now.getTime() - shown) / 1000), "Seconds");
}

/** Runs `report` after `work`, whatever came of it; what `work` threw is not hidden by what `report` throws. */
export async function reportAfter<T>(work: () => Promise<T>, report: () => Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await report().catch(() => undefined);
    throw error;
  }
  await report();
  return result;
}
