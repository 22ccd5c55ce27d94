import type { AlarmView, StageName, TableBehind } from "../api";
import type { Alarm } from "../../cloud/cloudwatch/alarm";
import { FUNCTION_NAMES } from "../../cloud-event";
import type { ConsoleContext } from "../server/context";
import { readHeads } from "./heads";
import { shortName } from "./metrics";

const ORDER = ["ALARM", "INSUFFICIENT_DATA", "OK"] as const;

/** Lists every declared alarm; ringing alarms come first. */
export async function readAlarms(context: ConsoleContext): Promise<AlarmView[]> {
  const { platform, history, alarms } = context;
  const { behind } = await readHeads(context);
  const states = platform.cloud.alarmStates();
  const transitions = history.transitions();
  return alarms
    .map((alarm): AlarmView => {
      const { name, description } = alarm;
      const transition = transitions.get(name);
      const state = states.get(name) ?? "INSUFFICIENT_DATA";
      return {
        name: shortName(name),
        state,
        since: transition?.at.toISOString() ?? null,
        reason: transition?.reason ?? "",
        description,
        leads: state === "ALARM" ? leadsOf(alarm, behind, history) : [],
      };
    })
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.name < b.name ? -1 : 1));
}

/** The table state that each metric counts. */
const TABLE_METRICS: Readonly<Record<string, TableBehind["state"]>> = {
  TablesQuarantined: "quarantined",
  TablesHeld: "held",
  TablesFailed: "failed",
  TablesRefused: "refused",
  TablesAbsent: "absent",
};

const ROW_METRICS: ReadonlySet<string> = new Set(["RowsRejected", "OrphansWaiting"]);

type Lead = AlarmView["leads"][number];

const PIPELINE: Lead = { text: "the state of the stages", address: "#pipeline" };

/** Links from an alarm to its subject: tables, rows, or the log of the failed run. */
export function leadsOf(
  { metric, dimensions }: Alarm,
  behind: readonly TableBehind[],
  history: Pick<ConsoleContext["history"], "runs">,
): readonly Lead[] {
  const state = TABLE_METRICS[metric];
  if (state !== undefined) {
    const tables = behind.filter((one) => one.state === state);
    // While the lake cannot be read, or after the table has recovered, no table is known.
    if (tables.length === 0) return [{ text: "the tables", address: "#tables" }];
    return tables.map(({ table }) => ({
      text: `the table ${table}`,
      address: `#tables/${encodeURIComponent(table)}`,
    }));
  }
  if (ROW_METRICS.has(metric)) return [{ text: "the rows and their reasons", address: "#rejected" }];
  const name = shortName(dimensions["FunctionName"] ?? "");
  const watched = FUNCTION_NAMES.find((one) => one === name);
  // The cause of an old warehouse is the first failing stage.
  const stages: readonly StageName[] = ["ingest", "process", "load"];
  for (const stage of watched === undefined ? stages : [watched]) {
    const run = history.runs(stage).at(-1);
    if (run?.result.ok === false)
      return [
        { text: `the log of ${stage}'s failed run`, address: `#logs/${run.result.requestId}` },
        PIPELINE,
      ];
  }
  return [PIPELINE];
}
