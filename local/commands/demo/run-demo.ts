import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CloudEvent } from "../../cloud-event";
import { applyDemoChanges } from "./demo-changes";
import { showConsole } from "../../console/console";
import { eventHistory } from "../../console/server/history";
import { createScreen, type Screen } from "./screen";
import { answerQuestions, lakeFiles, stageSummary, countWarehouseRows } from "./demo-report";
import type { HttpServer } from "../../cloud/http";
import { INTERRUPTED, untilInterrupted } from "../terminal/interruption";
import { resultCollector, runOnce } from "../once";
import { makeReport } from "../business-report";
import { startPlatform, listAddresses, type Platform } from "../../platform";
import { stageLogs } from "../stage-logs";
import { followWork } from "../terminal/underway";

/** The demo's own lake, which each demo empties first. */
const LAKE = ".marble/demo";

interface DemoOptions {
  /** Whether the platform keeps running at the end. */
  readonly keep: boolean;
  /** Whether to open the console in the browser; the platform then keeps running, too. */
  readonly open: boolean;
}

/** Runs all stages over the shop, changes the shop, runs the stages again, and shows the results. */
export async function runDemo({ keep, open }: DemoOptions): Promise<void> {
  const work = followWork();
  const screen = createScreen(work);
  const { say, step, sign } = screen;
  const collector = resultCollector();
  const history = eventHistory();
  const logs = stageLogs(join(LAKE, "logs"));
  const onEvent = (event: CloudEvent): void => {
    for (const follower of [work, collector, history, logs]) follower.onEvent(event);
    if (event.kind !== "invocation") return;
    const { ok, error } = event.result;
    step(`${sign(ok)} ${event.stage}${ok ? "" : `: ${error?.message ?? ""}`}`);
  };
  const outcome: { report?: string } = {};
  const kept = keep || open;
  const end = await untilInterrupted(async (interrupted, signal) => {
    void interrupted.then(() => step("stopping"));
    const platform = await startPlatform({ lake: LAKE, fresh: true, progress: step, signal, onEvent });
    let shown: HttpServer | undefined;
    try {
      shown = await showConsole(platform, { history, port: undefined, open, say: step });
      const report = await Promise.race([present(platform, { collector, screen }), interrupted]);
      if (typeof report !== "string") return;
      outcome.report = report;
      if (kept) {
        work.step(undefined);
        say(resultPlaces(report));
        await stayUp(platform, { url: shown.url, interrupted, say });
      }
    } finally {
      work.step("stopping");
      await shown?.close();
      await platform.stop();
    }
  });
  screen.end();
  const { report } = outcome;
  // Ctrl-C is the normal end of a demo with --keep.
  if (end === "interrupted" && report === undefined) process.exitCode = INTERRUPTED;
  say(report === undefined ? "ended before it was finished; everything is stopped" : "everything is stopped");
  if (report !== undefined && !kept) say(`${resultPlaces(report)}\n${NEXT_STEPS}`);
}

/** Where to find the results. */
const resultPlaces = (report: string): string => `
the business report    ${pathToFileURL(report).href}
the files of the lake  ${resolve(LAKE, "buckets")}
the logs               ${resolve(LAKE, "logs")}
`;

const NEXT_STEPS = `Next:
  npm run demo -- --keep    the same, but it keeps running: watch it in the console, break it, query it with psql
  npm run draft -- --help   a model of your own database; see docs/your-own-database.md`;

/** From here on, the demo works like `npm run local`. */
async function stayUp(
  platform: Platform,
  options: {
    readonly url: string;
    readonly interrupted: Promise<void>;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { url, interrupted, say } = options;
  platform.cloud.startSchedules();
  for (const line of listAddresses(platform)) say(line);
  say(`console     ${url}`);
  say("schedules are on; stop with Ctrl-C");
  await interrupted;
}

/** @returns the path of the business report */
async function present(
  platform: Platform,
  { collector, screen }: { readonly collector: ReturnType<typeof resultCollector>; readonly screen: Screen },
): Promise<string> {
  const { step, show, width } = screen;
  step("first run: everything in the source");
  show("What went through each stage", stageSummary(await runOnce(platform, collector), width));

  step("the shop changes: orders, payments, a renamed department, a moved address, a cancelled order");
  const changes = await applyDemoChanges(platform);
  step("second run: only what changed");
  show("What went through each stage", stageSummary(await runOnce(platform, collector), width));

  step("the business report of all this");
  const report = await makeReport(platform);
  if (report === undefined) throw new Error("no report was made, although two runs were loaded");
  show("The lake", lakeFiles(platform, width));
  show("The warehouse", await countWarehouseRows(platform, width));
  for (const { question, answer } of await answerQuestions(platform, changes, width)) show(question, answer);
  return report;
}
