import { messageOf } from "../domain/errors";
import type { ReplayPlan } from "../domain/replay";
import type { LoadReport } from "../stages/load";
import type { ProcessReport } from "../stages/process";
import type { ReprocessPlan } from "../stages/reprocess";
import type { CloudEvent, StageName } from "./cloud";
import { INTERRUPTED, untilInterrupted } from "./interruption";
import { HELP, parseOperateOptions, type OperateOptions } from "./operate-options";
import { startPlatform, type Platform } from "./platform";
import { requireSuccess } from "./run-report";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run operate`: see HELP in operate-options.ts. Exits with 1 and the cause when something fails. */
async function main(): Promise<void> {
  const options = parseOperateOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const end = await untilInterrupted(async (interrupted) => {
    const platform = await startPlatform({ ...options, progress: say, onEvent: showProgress });
    try {
      await Promise.race([operate(platform, options), interrupted]);
    } finally {
      await platform.stop();
    }
  });
  if (end === "interrupted") {
    say("interrupted: nothing is lost; the same command goes on where it stood");
    process.exitCode = INTERRUPTED;
  }
}

async function operate(platform: Platform, options: OperateOptions): Promise<void> {
  const { operation, tables, from, dryRun } = options;
  switch (operation) {
    case "replay": {
      const replay = { ...(tables.length > 0 && { tables }), ...(from !== undefined && { from }) };
      announce(await invoke<ReplayPlan>(platform, "load", { replay, dryRun: true }));
      if (!dryRun) await replayUntilDone(platform, replay);
      break;
    }
    case "abandon-replay":
      say("drop the tables that a replay has made so far; those that readers use stay as they are");
      if (!dryRun) await invoke(platform, "load", { abandonReplay: true });
      break;
    case "reprocess":
      announce(await invoke<ReprocessPlan>(platform, "process", { reprocess: true, dryRun: true }));
      if (!dryRun) await reprocessUntilDone(platform);
      break;
    case "release":
      say(`take ${tables.join(", ")} as the source has it now, deletes and all`);
      if (!dryRun) await invoke(platform, "ingest", { allowDeletes: tables });
      break;
    case "schema":
      throw new Error("not reached: schema starts no platform");
  }
  say(dryRun ? "nothing was done: add --yes to do it" : "done");
}

const announce = ({ says }: { readonly says: string | readonly string[] }): void =>
  [says].flat().forEach((line) => say(`- ${line}`));

/** Every invocation has its time limit; the next one goes on. */
async function replayUntilDone(platform: Platform, replay: object): Promise<void> {
  let event: object = { replay };
  for (let last = -1; ;) {
    const report = await invoke<LoadReport>(platform, "load", event);
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

async function reprocessUntilDone(platform: Platform): Promise<void> {
  for (;;) {
    const { commits } = await invoke<ProcessReport>(platform, "process", { reprocess: true });
    if (commits.length === 0) return;
    say(`remodelled commits ${commits[0] ?? ""} to ${commits.at(-1) ?? ""}`);
  }
}

async function invoke<T>({ cloud }: Platform, stage: StageName, event: object): Promise<T> {
  const result = await cloud.invoke(stage, event);
  requireSuccess(stage, result);
  return result.payload as T;
}

/** What the stages log while they are at work, of the things that count commits. */
function showProgress(event: CloudEvent): void {
  if (event.kind !== "log" || !event.line.startsWith("{")) return;
  const { message, commit, of, table, rows, level } = JSON.parse(event.line) as Record<string, unknown>;
  if (
    level === "WARN" ||
    level === "ERROR" ||
    ["replayed", "processed", "loaded"].includes(String(message))
  ) {
    const parts = { commit, of, table, rows };
    const about = Object.entries(parts).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} ${String(value)}`],
    );
    say(`  ${event.stage}: ${String(message)} ${about.join(", ")}`.trimEnd());
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`marble: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
