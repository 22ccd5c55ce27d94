import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULTS } from "../../../infra/settings/config";
import type { CloudEvent } from "../../cloud-event";
import { showConsole } from "../../console/console";
import { eventHistory, type History } from "../../console/server/history";
import { keepRuns } from "../../console/server/kept-runs";
import type { HttpServer } from "../../cloud/http";
import { INTERRUPTED, untilInterrupted } from "../terminal/interruption";
import { findMissingData, type Missing } from "../missing/missing-data";
import { describeMissingGrant } from "../missing/missing-rights";
import { describeMissing } from "../missing/missing-text";
import { INCOMPLETE, runOnce, resultCollector } from "../once";
import type { RunReport } from "../run-report";
import { runTables } from "../run-tables";
import type { LocalOptions } from "../options";
import { startPlatform, listAddresses, type Platform } from "../../platform";
import { describeUnknown } from "../../databases/unknown-source";
import { colourOf, eventFormatter } from "../present";
import { stageLogs } from "../stage-logs";
import { paint, type Colour } from "../terminal/paint";
import { createProgress } from "../terminal/progress";
import { followWork } from "../terminal/underway";
import { watchMissing, type MissingWatch } from "../missing/watch-missing";

/** Runs the platform once, or until Ctrl-C. Sets the exit code. */
export async function runLocal(options: LocalOptions): Promise<void> {
  const stream = options.json ? process.stderr : process.stdout;
  const work = followWork();
  const { say, end: endProgress } = createProgress({ stream, underway: work.text });
  const step = (what: string): void => {
    work.step(what);
    say(what);
  };
  const collector = resultCollector();
  const runs = keepRuns(options.lake);
  const history = eventHistory(undefined, runs);
  const lineOf = eventFormatter();
  const logs = stageLogs(join(options.lake, "logs"));
  const sayNow = (text: string, colour?: Colour): void => {
    const time = paint("dim", new Date().toISOString().slice(11, 19), stream);
    say(`${time}  ${colour === undefined ? text : paint(colour, text, stream)}`);
  };
  const missing = watchMissing({ say: sayNow, fileOf: (path) => fileOf(path, options.lake) });
  const onEvent = (event: CloudEvent): void => {
    for (const follower of [work, collector, history, logs, missing]) follower.onEvent(event);
    const line = lineOf(event);
    if (line !== undefined) sayNow(line, colourOf(event));
  };
  const outcome: { isUp: boolean; report?: RunReport } = { isUp: false };
  const end = await untilInterrupted(async (interrupted, signal) => {
    void interrupted.then(() => step("stopping"));
    const platform = await startPlatform({ ...options, progress: step, onEvent, signal });
    outcome.isUp = true;
    work.step(undefined);
    let shown: HttpServer | undefined;
    try {
      for (const line of aboutSource(platform, options.mirrorSchema ?? DEFAULTS.mirrorSchema)) say(line);
      shown = await consoleOf(platform, { ...options, history, say });
      const running = options.once
        ? runOnce(platform, collector, askedOfIngest(options)).then(
            (made) => void (outcome.report = made),
            (error: unknown) => sayLeft(platform, { ...options, say }, error),
          )
        : keepUp(platform, { ...options, say }, { collector, missing });
      await Promise.race([running, interrupted]);
    } finally {
      work.step("stopping");
      await shown?.close();
      await platform.stop();
    }
  });
  endProgress();
  // A platform that keeps running ends only like this. A single run or a start was not finished.
  if (end === "interrupted" && (options.once || !outcome.isUp)) process.exitCode = INTERRUPTED;
  else if (outcome.report !== undefined) sayReport(outcome.report, { ...options, say });
}

/** Explains the mirror to a person whose database does not match the model. */
const aboutSource = ({ choice: { unknown } }: Platform, mirrorSchema: string): readonly string[] =>
  unknown === undefined ? [] : describeUnknown(unknown, mirrorSchema);

async function consoleOf(
  platform: Platform,
  options: LocalOptions & { readonly history: History; readonly say: (line: string) => void },
): Promise<HttpServer | undefined> {
  if (options.once || options.noConsole) return undefined;
  return showConsole(platform, { ...options, port: options.console });
}

interface Run extends LocalOptions {
  readonly say: (line: string) => void;
}

const askedOfIngest = ({ allowDeletes, allowOtherSource }: LocalOptions): object => ({
  allowDeletes,
  allowOtherSource,
});

function sayReport(report: RunReport, { json, lake, say }: Run): void {
  const tables = json ? "" : runTables(report);
  if (tables !== "") say(`\n${tables}\n`);
  say(`done; the lake is in ${resolve(lake)}, and everything is stopped`);
  sayMissing(report.missing, { lake, say });
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.missing.length > 0) process.exitCode = INCOMPLETE;
}

/** A stage failed. Says what did not arrive before. @throws the error */
async function sayLeft({ cloud }: Platform, run: Run, error: unknown): Promise<never> {
  // When the lake cannot be read, the error is that of the stage.
  sayMissing(await findMissingData(cloud, []).catch(() => []), run);
  throw error;
}

/** The person's next steps come last, where they are seen. */
function sayMissing(missing: readonly Missing[], { lake, say }: Pick<Run, "lake" | "say">): void {
  for (const one of missing) say(describeMissing(one, (path) => fileOf(path, lake)));
  const grant = describeMissingGrant(missing);
  if (grant !== undefined) say(`\n${grant}`);
}

/** The file of an object `s3://BUCKET/KEY` of the built-in S3; another S3 service keeps its objects elsewhere. */
function fileOf(path: string, lake: string): string {
  const file = resolve(lake, "buckets", path.replace("s3://", ""));
  return existsSync(file) ? file : path;
}

/** Starts with a run of every stage, so that nobody waits for the first schedule. */
async function keepUp(
  platform: Platform,
  options: Run,
  {
    collector,
    missing,
  }: { readonly collector: ReturnType<typeof resultCollector>; readonly missing: MissingWatch },
): Promise<void> {
  const { cloud, choice } = platform;
  const { say } = options;
  for (const line of listAddresses(platform)) say(line);
  if (!cloud.storage.notifies) say("your S3 service sends no events: process starts only on its schedule");
  say("schedules are on; stop with Ctrl-C");
  cloud.startSchedules();
  // Without a model, the warehouse has neither marts nor a report.
  const stages = [
    "ingest",
    "process",
    "load",
    ...(choice.model === "none" ? [] : ["report" as const]),
  ] as const;
  for (const stage of stages) {
    await cloud.invoke(stage, stage === "ingest" ? askedOfIngest(options) : {});
    await cloud.settled();
  }
  await missing.begin(cloud, collector.end());
  await new Promise<never>(() => undefined);
}
