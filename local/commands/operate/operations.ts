import type { ReplayPlan } from "../../../domain/warehouse/replay";
import type { LoadResult } from "../../../stages/load/load";
import type { ProcessResult } from "../../../stages/process/process";
import type { ReprocessPlan } from "../../../stages/process/reprocess";
import { makeReport } from "../business-report";
import type { StageName } from "../../cloud";
import type { CloudEvent } from "../../cloud-event";
import { logText } from "../terminal/log-text";
import type { OperateOptions } from "./operate-options";
import type { Platform } from "../../platform";
import { requireSuccess } from "../run-report";
import { heldTables } from "../held-tables";

type Lambdas = Pick<Platform, "cloud" | "lake">;
type Say = (line: string) => void;

/** The last word of what was only asked about. */
export const NOTHING_DONE = "nothing was done: add --yes to do it";

/** Does what was asked for, through the Lambdas of a platform that is up; tells what it will do, and how far it is. */
export async function operate(
  platform: Lambdas,
  options: Pick<OperateOptions, "operation" | "tables" | "from" | "dryRun">,
  say: Say,
): Promise<void> {
  const { operation, tables, from, dryRun } = options;
  switch (operation) {
    case "replay": {
      const replay = { ...(tables.length > 0 && { tables }), ...(from !== undefined && { from }) };
      announce(say, await invoke<ReplayPlan>(platform, "load", { replay, dryRun: true }));
      if (!dryRun) await replayUntilDone(platform, replay, say);
      break;
    }
    case "abandon-replay":
      say("drop the tables that a replay has made so far; those that readers use stay as they are");
      if (!dryRun) await invoke(platform, "load", { abandonReplay: true });
      break;
    case "reprocess":
      announce(say, await invoke<ReprocessPlan>(platform, "process", { reprocess: true, dryRun: true }));
      if (!dryRun) await reprocessUntilDone(platform, say);
      break;
    case "release":
      await requireHeld(platform, tables);
      say(`take ${tables.join(", ")} as the source has it now, deletes and all`);
      if (!dryRun) await invoke(platform, "ingest", { allowDeletes: tables });
      break;
    case "report":
      say("make the business report of what is loaded, unless it is there");
      if (!dryRun) say((await makeReport(platform)) ?? "nothing is loaded yet");
      break;
    case "schema":
      throw new TypeError("schema is a question to the log, not to a Lambda");
  }
  say(dryRun ? NOTHING_DONE : "done");
}

const announce = (say: Say, { says }: { readonly says: string | readonly string[] }): void =>
  [says].flat().forEach((line) => say(`- ${line}`));

/** Every invocation has its time limit; the next one goes on. */
async function replayUntilDone(platform: Lambdas, replay: object, say: Say): Promise<void> {
  let event: object = { replay };
  for (let last = -1; ;) {
    const report = await invoke<LoadResult>(platform, "load", event);
    const { state, commit, of, kept } = report.replay ?? { state: "done", commit: 0, of: 0 };
    say(`commit ${commit} of ${of}: ${state}`);
    if (state === "done") {
      if (kept !== undefined)
        say(`the old tables are kept in the schema ${kept}: drop it when nobody misses them`);
      return;
    }
    if (commit === last)
      throw new Error(
        `the new tables are at commit ${commit} of ${of}, and the processed log goes no further: reprocess, then replay again`,
      );
    last = commit;
    event = {};
  }
}

/** @throws Error that names the tables that are not held back, and those that are */
async function requireHeld({ cloud }: Lambdas, tables: readonly string[]): Promise<void> {
  const held = await heldTables(cloud);
  const others = tables.filter((table) => !held.includes(table));
  if (others.length === 0) return;
  const which = held.length === 0 ? "none is" : `those that are: ${held.join(", ")}`;
  throw new Error(`${others.join(", ")}: no such table is held back; ${which}`);
}

async function reprocessUntilDone(platform: Lambdas, say: Say): Promise<void> {
  for (;;) {
    const { commits } = await invoke<ProcessResult>(platform, "process", { reprocess: true });
    if (commits.length === 0) return;
    say(`remodelled commits ${commits[0] ?? ""} to ${commits.at(-1) ?? ""}`);
  }
}

async function invoke<T>({ cloud }: Lambdas, stage: StageName, event: object): Promise<T> {
  const result = await cloud.invoke(stage, event);
  requireSuccess(stage, result);
  return result.payload as T;
}

const PROGRESS: ReadonlySet<string> = new Set(["replayed", "processed", "loaded"]);

/** What a stage logs while it is at work, for people who wait; undefined for what they need not see. */
export function progressLine(event: CloudEvent): string | undefined {
  if (event.kind !== "log") return undefined;
  const text = logText(
    event.line,
    ({ level, message = "" }) => level === "WARN" || level === "ERROR" || PROGRESS.has(message),
  );
  return text === undefined ? undefined : `  ${event.stage}: ${text}`;
}
