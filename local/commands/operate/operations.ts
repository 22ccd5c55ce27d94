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
import { listHeldTables } from "../held-tables";

type Lambdas = Pick<Platform, "cloud" | "lake">;
type Say = (line: string) => void;

/** The end of a dry run. */
export const NOTHING_DONE = "nothing was changed: add --yes to do it";

/**
 * Performs an operation through the Lambdas of a running platform. Prints what it will do, and its progress.
 * @returns whether there was anything to do
 */
export async function operate(
  platform: Lambdas,
  options: Pick<OperateOptions, "operation" | "tables" | "from" | "dryRun">,
  say: Say,
): Promise<boolean> {
  const { operation, tables, from, dryRun } = options;
  let had = true;
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
      if (!dryRun) had = await reprocessUntilDone(platform, say);
      break;
    case "release":
      await requireHeld(platform, tables);
      say(`capture ${tables.join(", ")} as in the source now, including deletes`);
      if (!dryRun) await invoke(platform, "ingest", { allowDeletes: tables });
      break;
    case "report":
      say("create the business report of the loaded data if it is missing");
      if (!dryRun) say((await makeReport(platform)) ?? "nothing is loaded yet");
      break;
    case "schema":
      throw new TypeError("schema is a question to the log, not to a Lambda");
  }
  say(dryRun ? NOTHING_DONE : had ? "done" : "no commit was left to process");
  return had;
}

const announce = (say: Say, { says }: { readonly says: string | readonly string[] }): void =>
  [says].flat().forEach((line) => say(`- ${line}`));

/** Each invocation has a time limit; the next one continues. */
async function replayUntilDone(platform: Lambdas, replay: object, say: Say): Promise<void> {
  let event: object = { replay };
  for (let last = -1; ;) {
    const report = await invoke<LoadResult>(platform, "load", event);
    const { state, commit, of, kept } = report.replay ?? { state: "done", commit: 0, of: 0 };
    say(`commit ${commit} of ${of}: ${state}`);
    if (state === "done") {
      if (kept !== undefined)
        say(`the old tables are kept in the schema ${kept}: drop it when nobody needs them`);
      return;
    }
    if (commit === last)
      throw new Error(
        `the new tables are at commit ${commit} of ${of}, and the processed log ends there: reprocess, then replay again`,
      );
    last = commit;
    event = {};
  }
}

/** @throws Error that names the tables that are not held back, and those that are */
async function requireHeld({ cloud }: Lambdas, tables: readonly string[]): Promise<void> {
  const held = await listHeldTables(cloud);
  const others = tables.filter((table) => !held.includes(table));
  if (others.length === 0) return;
  const which = held.length === 0 ? "no table" : held.join(", ");
  throw new Error(`the delete guard does not hold back ${others.join(", ")}; it holds back ${which}`);
}

async function reprocessUntilDone(platform: Lambdas, say: Say): Promise<boolean> {
  for (let had = false; ; had = true) {
    const { commits } = await invoke<ProcessResult>(platform, "process", { reprocess: true });
    if (commits.length === 0) return had;
    say(`reprocessed commits ${commits[0] ?? ""} to ${commits.at(-1) ?? ""}`);
  }
}

async function invoke<T>({ cloud }: Lambdas, stage: StageName, event: object): Promise<T> {
  const result = await cloud.invoke(stage, event);
  requireSuccess(stage, result);
  return result.payload as T;
}

const PROGRESS: ReadonlySet<string> = new Set(["replayed", "processed", "loaded"]);

/** The log lines of a working stage, for a person who waits; undefined for irrelevant lines. */
export function progressLine(event: CloudEvent): string | undefined {
  if (event.kind !== "log") return undefined;
  const text = logText(
    event.line,
    ({ level, message = "" }) => level === "WARN" || level === "ERROR" || PROGRESS.has(message),
  );
  return text === undefined ? undefined : `  ${event.stage}: ${text}`;
}
