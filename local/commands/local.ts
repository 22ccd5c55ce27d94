import { messageOf } from "../../domain/errors";
import { join, resolve } from "node:path";
import type { CloudEvent } from "../cloud-event";
import { showConsole } from "../console/console";
import { eventHistory, type History } from "../console/server/history";
import type { HttpServer } from "../cloud/http";
import { INTERRUPTED, untilInterrupted } from "./interruption";
import { describeMissing } from "./missing-data";
import { INCOMPLETE, runOnce, resultCollector } from "./once";
import { HELP, parseOptions, type LocalOptions } from "./options";
import { startPlatform, whereItIs, type Platform } from "../platform";
import { eventTeller } from "./present";
import { stageLogs } from "./stage-logs";

/** `npm run local`: see HELP in options.ts. Exits with 1 and the cause when something fails. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const collector = resultCollector();
  const say = (line: string): void =>
    void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const history = eventHistory();
  const tell = eventTeller();
  const logs = stageLogs(join(options.lake, "logs"));
  const onEvent = (event: CloudEvent): void => {
    if (options.once) collector.onEvent(event);
    history.onEvent(event);
    logs.onEvent(event);
    const line = tell(event);
    if (line !== undefined) say(`${new Date().toISOString().slice(11, 19)}  ${line}`);
  };
  const end = await untilInterrupted(async (interrupted) => {
    void interrupted.then(() => say("stopping"));
    const platform = await startPlatform({ ...options, progress: say, onEvent });
    let shown: HttpServer | undefined;
    try {
      shown = await consoleOf(platform, { ...options, history, say });
      const work = options.once
        ? once(platform, { ...options, say }, collector)
        : keepUp(platform, options, say);
      await Promise.race([work, interrupted]);
    } finally {
      await shown?.close();
      await platform.stop();
    }
  });
  // A platform that is kept up ends in no other way; a run was not finished.
  if (!options.once) return;
  if (end === "interrupted") process.exitCode = INTERRUPTED;
  else say(`done; the lake is in ${resolve(options.lake)}, and everything is stopped`);
}

async function consoleOf(
  platform: Platform,
  options: LocalOptions & { readonly history: History; readonly say: (line: string) => void },
): Promise<HttpServer | undefined> {
  if (options.once || options.noConsole) return undefined;
  return showConsole(platform, { ...options, port: options.console });
}

async function once(
  platform: Platform,
  { json, allowDeletes, allowOtherSource, say }: LocalOptions & { readonly say: (line: string) => void },
  collector: ReturnType<typeof resultCollector>,
): Promise<void> {
  const report = await runOnce(platform, collector, { allowDeletes, allowOtherSource });
  for (const missing of report.missing) say(describeMissing(missing));
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.missing.length > 0) process.exitCode = INCOMPLETE;
}

/** Starts with a run of every stage, so that one need not wait for the first schedule. */
async function keepUp(
  platform: Platform,
  { allowDeletes, allowOtherSource }: LocalOptions,
  say: (line: string) => void,
): Promise<void> {
  const { cloud } = platform;
  for (const line of whereItIs(platform)) say(line);
  if (!cloud.storage.notifies)
    say("your S3 service sends no events here: process works when its own schedule wakes it");
  say("schedules are on; stop with Ctrl-C");
  cloud.startSchedules();
  for (const stage of ["ingest", "process", "load", "report"] as const) {
    await cloud.invoke(stage, stage === "ingest" ? { allowDeletes, allowOtherSource } : {});
    await cloud.settled();
  }
  await new Promise<never>(() => undefined);
}

main().catch((error: unknown) => {
  process.stderr.write(`marble: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
