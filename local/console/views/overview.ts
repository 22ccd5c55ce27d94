import type { IngestCommit, TableCapture } from "../../../domain/log/commit";
import type { Overview } from "../api";
import { STAGES } from "../api";
import type { ConsoleContext } from "../server/context";
import { readLedger } from "./ledger";
import { stageView } from "./stage-view";

/** Where things stand, from the source to the warehouse. */
export async function overview(context: ConsoleContext): Promise<Overview> {
  const { platform, history, lake, alarms, warehouse } = context;
  const { cloud } = platform;
  const [ingested, processed, ledger] = await Promise.all([
    lake.ingested.head(),
    lake.processed.head(),
    readLedger(warehouse, { first: 0, last: 0 }),
  ]);
  const head = processed?.number ?? 0;
  const backlogs = {
    ingest: null,
    process: (ingested?.number ?? 0) - head,
    load: ledger.newest === null ? null : head - ledger.newest,
  };
  return {
    source: {
      name: new URL(platform.source.url).pathname.slice(1),
      state: sourceState(platform.source.outage),
    },
    stages: STAGES.map((name) =>
      stageView({
        name,
        runs: history.runs(name),
        running: history.isRunning(name),
        backlog: backlogs[name],
        nextRun: cloud.nextRun(name),
      }),
    ),
    ingested: ingested?.number ?? 0,
    processed: head,
    loaded: ledger.newest,
    shows: history.shows()?.toISOString() ?? null,
    freshnessMinutes: freshnessMinutes(alarms),
    alarms: {
      ringing: [...cloud.alarmStates().values()].filter((state) => state === "ALARM").length,
      all: alarms.length,
    },
    heldTables: tablesIn("held", ingested?.commit),
    failedTables: tablesIn("failed", ingested?.commit),
    refusedTables: Object.entries(ingested?.commit.refused ?? {}).flatMap(([table, { kind }]) =>
      kind === "table" ? [table] : [],
    ),
    quarantinedTables: Object.keys(processed?.commit.quarantine ?? {}),
  };
}

const sourceState = (outage: { isDown(): boolean } | undefined): Overview["source"]["state"] =>
  outage === undefined ? "yours" : outage.isDown() ? "stopped" : "up";

const tablesIn = (wanted: TableCapture["mode"], commit: IngestCommit | undefined): readonly string[] =>
  Object.entries(commit?.tables ?? {}).flatMap(([table, { mode }]) => (mode === wanted ? [table] : []));

/** How old the warehouse may become: the threshold of the alarm that says so. */
const freshnessMinutes = (alarms: ConsoleContext["alarms"]): number =>
  Math.min(...alarms.filter(({ metric }) => metric === "Freshness").map(({ threshold }) => threshold)) / 60;
