import { messageOf } from "../domain/errors";
import { join } from "node:path";
import type { CloudEvent } from "./cloud";
import { runOnce, resultCollector } from "./once";
import { HELP, parseOptions, type LocalOptions } from "./options";
import { startPlatform, type Platform } from "./platform";
import { eventLine } from "./present";
import { stageLogs } from "./stage-logs";

/** `npm run local`: see HELP in options.ts. Exits with 1 and the cause when something fails. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const interrupted = interruption();
  const collector = resultCollector();
  const say = (line: string): void =>
    void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const logs = stageLogs(join(options.lake, "logs"));
  const onEvent = (event: CloudEvent): void => {
    collector.onEvent(event);
    logs.onEvent(event);
    const line = eventLine(event);
    if (line !== undefined) say(`${new Date().toISOString().slice(11, 19)}  ${line}`);
  };
  const platform = await startPlatform({ ...options, progress: say, onEvent });
  try {
    await Promise.race([
      options.once ? once(platform, options, collector) : keepUp(platform, say),
      interrupted,
    ]);
  } finally {
    await platform.stop();
  }
}

async function once(
  platform: Platform,
  { json }: LocalOptions,
  collector: ReturnType<typeof resultCollector>,
): Promise<void> {
  const report = await runOnce(platform, collector);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** Starts with a run of every stage, so that one need not wait for the first schedule. */
async function keepUp(
  { cloud, source, warehouse, lake }: Platform,
  say: (line: string) => void,
): Promise<void> {
  say(`the lake is in ${lake}; logs, mails and failed events are beside it`);
  if (source.ownerUrl !== undefined) say(`source      psql '${source.ownerUrl}'`);
  if (warehouse.ownerUrl !== undefined) say(`warehouse   psql '${warehouse.ownerUrl}'`);
  say("schedules are on; stop with Ctrl-C");
  cloud.startSchedules();
  for (const stage of ["ingest", "process", "load"] as const) {
    await cloud.invoke(stage);
    await cloud.settled();
  }
  await new Promise<never>(() => undefined);
}

/** Resolves with the first signal to stop; a second one ends the process at once. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(130));
      });
    }
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`marble: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
