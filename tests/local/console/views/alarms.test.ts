import { expect } from "chai";
import type { FunctionName } from "../../../../local/cloud-event";
import type { Alarm } from "../../../../local/cloud/cloudwatch/alarm";
import type { TableBehind } from "../../../../local/console/api";
import type { Run } from "../../../../local/console/server/run";
import { leadsOf } from "../../../../local/console/views/alarms";

const alarm = (metric: string, dimensions: Record<string, string> = {}): Alarm =>
  ({ metric, dimensions }) as unknown as Alarm;

const behind = (["held", "quarantined"] as const).map((state): TableBehind => ({
  table: `${state} one`,
  state,
  since: "2026-03-01T10:00:00.000Z",
  reason: "",
  todo: { sentence: "", action: null },
}));

/** Whether the last run of each function succeeded. */
const history = (ok: Partial<Record<FunctionName, boolean>>) => ({
  runs: (stage: FunctionName): readonly Run[] =>
    ok[stage] === undefined
      ? []
      : [{ result: { ok: ok[stage], requestId: `${stage}-run` } } as unknown as Run],
});
const ofFunction = (name: string) => ({ FunctionName: `marble-local-${name}-1a2b3c4` });

const CASES: readonly (readonly [
  what: string,
  ring: Alarm,
  ok: Partial<Record<FunctionName, boolean>>,
  addresses: readonly string[],
])[] = [
  ["tables held back to those tables", alarm("TablesHeld"), {}, ["#tables/held%20one"]],
  ["tables in quarantine to those tables", alarm("TablesQuarantined"), {}, ["#tables/quarantined%20one"]],
  ["rejected rows to the rows", alarm("RowsRejected"), {}, ["#rejected"]],
  ["waiting rows to the rows", alarm("OrphansWaiting"), {}, ["#rejected"]],
  [
    "a failing stage to the log of its run",
    alarm("Errors", ofFunction("process")),
    { ingest: false, process: false },
    ["#logs/process-run", "#pipeline"],
  ],
  [
    "a failing report to the log of its run",
    alarm("Errors", ofFunction("report")),
    { report: false },
    ["#logs/report-run", "#pipeline"],
  ],
  [
    "an old warehouse to the log of the first stage that fails",
    alarm("Freshness", { service: "load" }),
    { ingest: true, process: false, load: false },
    ["#logs/process-run", "#pipeline"],
  ],
  ["an old warehouse to the stages when none fails", alarm("Freshness"), { load: true }, ["#pipeline"]],
];

describe("A ringing alarm links to its subject", () => {
  for (const [what, ring, ok, addresses] of CASES) {
    it(`from ${what}`, () => {
      expect(leadsOf(ring, behind, history(ok)).map(({ address }) => address)).to.deep.equal(addresses);
    });
  }
});
