import type { CommitLog } from "../../adapters/lake/commit-log";
import type { ObjectStore } from "../../adapters/lake/object-store";
import type { Telemetry } from "../../adapters/aws/telemetry";
import type { WarehousePosition } from "../../adapters/warehouse/position";
import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import { commitKey } from "../../domain/log/keys";
import { absentTables, quarantinedTables } from "../../domain/log/table-problems";
import type { Model } from "../../domain/model/model";

/**
 * The state of the stages. Every run records it, including idle and failed runs.
 *
 * Freshness is the age of the newest moment for which the warehouse is known to match the source. That moment is the
 * capture of its newest loaded commit, or the last run of ingest that found nothing beyond that commit. Such a run
 * stores its time as a tag of the commit. A source in which nothing happens at night therefore stays fresh. A source
 * that no run reads becomes stale, and so does one whose commits are stuck in a stage.
 */
const SEEN_TAG = "marble:seen";

interface IngestLog {
  readonly store: ObjectStore;
  readonly log: CommitLog<IngestCommit>;
}

/** Records that the source had nothing beyond the newest commit. @param at a time before the source was read */
export async function recordSeen({ store, log }: IngestLog, at: Date): Promise<void> {
  const head = await log.head();
  if (head !== undefined) await store.tag(commitKey(head.number), { [SEEN_TAG]: at.toISOString() });
}

/** Records which commits wait to be processed, and which tables are in quarantine or absent. */
export async function recordProcessState(options: {
  readonly ingested: IngestLog;
  readonly processed: { readonly log: CommitLog<ProcessCommit> };
  readonly model: Model;
  readonly telemetry: Telemetry;
}): Promise<void> {
  const { ingested, processed, model, telemetry } = options;
  const [captured, head] = await Promise.all([ingested.log.head(), processed.log.head()]);
  telemetry.count("CommitsBehind", (captured?.number ?? 0) - (head?.number ?? 0));
  telemetry.count("TablesQuarantined", head === undefined ? 0 : quarantinedTables(head.commit).length);
  telemetry.count("TablesAbsent", absentTables(head?.commit, model).length);
}

interface LoadState {
  readonly ingested: ObjectStore;
  readonly log: CommitLog<ProcessCommit>;
  readonly telemetry: Telemetry;
  readonly now: Date;
  /** Keeps the time for which the warehouse is known to match the source, for people who read it with SQL. */
  readonly confirm: (at: Date) => Promise<void>;
}

/** Records the freshness of the warehouse, and what waits. A warehouse that was never loaded has no freshness. */
export async function recordLoadState(
  position: WarehousePosition | undefined,
  options: LoadState,
): Promise<void> {
  const { log, telemetry } = options;
  // Run both; a failure of one must not suppress the other.
  const sent = await Promise.allSettled([
    log.head().then((head) => {
      telemetry.count("CommitsBehind", (head?.number ?? 0) - (position?.commit ?? 0));
    }),
    position === undefined ? undefined : recordAge(position, options),
  ]);
  for (const one of sent) if (one.status === "rejected") throw one.reason;
}

async function recordAge(
  position: WarehousePosition,
  { ingested, telemetry, now, confirm }: LoadState,
): Promise<void> {
  telemetry.count("OrphansWaiting", position.waiting);
  const seen = (await ingested.tags(commitKey(position.commit))).get(SEEN_TAG);
  const shown = Math.max(position.capturedAt.getTime(), seen === undefined ? 0 : Date.parse(seen));
  telemetry.count("Freshness", Math.max(0, (now.getTime() - shown) / 1000), "Seconds");
  await confirm(new Date(shown));
}

/** Runs `record` after `work`, also when `work` fails. An error of `work` takes precedence over one of `record`. */
export async function recordAfter<T>(work: () => Promise<T>, record: () => Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await record().catch(() => undefined);
    throw error;
  }
  await record();
  return result;
}
