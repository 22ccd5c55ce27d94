import type { ProcessCommit } from "../../../domain/log/commit";
import type { DeclaredFunction } from "../../pulumi/program";
import type { HelperName, Overview, StageName, TableBehind } from "../api";
import { STAGES } from "../api";
import type { ConsoleContext } from "../server/context";
import { readHeads } from "./heads";
import { readLedger } from "./ledger";
import { stageView } from "./stage-view";

/** Reads the state of the pipeline, from the source to the warehouse. */
export async function readOverview(context: ConsoleContext): Promise<Overview> {
  const { platform, history, alarms, warehouse, read } = context;
  const { cloud } = platform;
  const [{ ingested, processed, behind, problem }, warehouseReading] = await Promise.all([
    readHeads(context),
    read("warehouse", ["ledger"], () => readLedger(warehouse, { first: 0, last: 0 })),
  ]);
  /** Null when the warehouse does not answer now. */
  const ledger = warehouseReading.problem === null ? (warehouseReading.last?.data ?? null) : null;
  const loaded = ledger?.newest ?? null;
  const backlogs = {
    ingest: null,
    process: difference(ingested.number, processed.number),
    load: difference(processed.number, loaded),
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
        isBehind: isBehind(name, behind),
        isUnknown: problem !== null || (name === "load" && loaded === null),
        nextRun: cloud.nextRun(name),
      }),
    ),
    helpers: HELPERS.filter((name) => cloud.program.functions.some((one) => serviceOf(one) === name)).map(
      (name) =>
        stageView({
          name,
          runs: history.runs(name),
          running: history.isRunning(name),
          backlog: null,
          isBehind: false,
          isUnknown: false,
          nextRun: cloud.nextRun(name),
        }),
    ),
    ingested: ingested.number,
    processed: processed.number,
    loaded,
    shows: history.shows()?.toISOString() ?? null,
    freshnessMinutes: freshnessMinutes(alarms),
    alarms: {
      ringing: [...cloud.alarmStates().values()].filter((state) => state === "ALARM").length,
      all: alarms.length,
    },
    behind,
    lacking: { rejected: rejectedRows(processed.commit), waiting: ledger?.waiting ?? 0 },
    lakeProblem: problem,
    warehouseProblem: warehouseReading.problem,
  };
}

/** The commits that one side has and the other does not; null when a side is unknown. */
const difference = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : from - to;

const HELPERS: readonly HelperName[] = ["remodel", "report"];

const serviceOf = ({ environment }: DeclaredFunction): string | undefined =>
  environment["POWERTOOLS_SERVICE_NAME"];

const rejectedRows = (processed: ProcessCommit | undefined): Overview["lacking"]["rejected"] =>
  Object.entries(processed?.sources ?? {}).flatMap(([table, { rejected }]) =>
    rejected === 0 ? [] : [{ table, rows: rejected }],
  );

const sourceState = (outage: { isDown(): boolean } | undefined): Overview["source"]["state"] =>
  outage === undefined ? "yours" : outage.isDown() ? "stopped" : "up";

/** True if a table is behind in a stage. It is then behind in all later stages, too. */
function isBehind(stage: StageName, behind: readonly TableBehind[]): boolean {
  const left = behind.map(({ state }) => (state === "quarantined" ? "process" : "ingest"));
  return stage === "ingest" ? left.includes("ingest") : left.length > 0;
}

/** The maximum age of the warehouse: the threshold of its alarm. */
const freshnessMinutes = (alarms: ConsoleContext["alarms"]): number =>
  Math.min(...alarms.filter(({ metric }) => metric === "Freshness").map(({ threshold }) => threshold)) / 60;
