import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../../../domain/errors";
import { applyDemoChanges } from "./demo-changes";
import { showConsole } from "../../console/console";
import { eventHistory } from "../../console/server/history";
import { answerQuestions, lakeFiles, stageSummary, warehouseCounts } from "./demo-report";
import type { HttpServer } from "../../cloud/http";
import { INTERRUPTED, untilInterrupted } from "../interruption";
import { resultCollector, runOnce } from "../once";
import { parseOrExplain } from "../options";
import { makeReport } from "../business-report";
import { startPlatform, whereItIs, type Platform } from "../../platform";

/** The demo has a lake of its own, begun anew each time. */
const LAKE = ".marble/demo";

const started = performance.now();

function progress(message: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${seconds} s  ${message}\n`);
}

const show = (title: string, text: string): void => void process.stdout.write(`\n${title}\n\n${text}\n\n`);

const HELP = `npm run demo -- [options]

Runs the whole platform over a generated shop, shows what came of it, and ends. While it is up, so is its console.

  --keep   stay up at the end, schedules and all, until Ctrl-C
  --open   open the console in the browser, and stay up
  --help   this text
`;

const parse = () =>
  parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      open: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;

/**
 * `npm run demo`: the whole platform on this machine, over a generated shop. Runs it once over all that
 * there is, lets the shop go on, runs it again, and shows what came of it.
 */
async function demo(): Promise<void> {
  const { keep, open, help } = parseOrExplain(parse);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const outcome: { told: boolean } = { told: false };
  const end = await untilInterrupted(async (interrupted) => {
    const collector = resultCollector();
    const history = eventHistory();
    const platform = await startPlatform({
      lake: LAKE,
      fresh: true,
      progress,
      onEvent: (event) => {
        collector.onEvent(event);
        history.onEvent(event);
        if (event.kind === "invocation") progress(`${event.result.ok ? "✔" : "✘"} ${event.stage}`);
      },
    });
    let shown: HttpServer | undefined;
    try {
      shown = await showConsole(platform, { history, port: undefined, open, say: progress });
      await Promise.race([tell(platform, collector).then(() => (outcome.told = true)), interrupted]);
      if (outcome.told && (keep || open)) await stayUp(platform, { url: shown.url, interrupted });
    } finally {
      await shown?.close();
      await platform.stop();
    }
  });
  // Ctrl-C is how a demo ends that was to stay up.
  if (end === "interrupted" && !outcome.told) process.exitCode = INTERRUPTED;
  progress(outcome.told ? `done; the lake is in ${resolve(LAKE)}, and everything is stopped` : "stopped");
}

/** From now on it is as with `npm run local`. */
async function stayUp(
  platform: Platform,
  { url, interrupted }: { readonly url: string; readonly interrupted: Promise<void> },
): Promise<void> {
  platform.cloud.startSchedules();
  for (const line of whereItIs(platform)) progress(line);
  progress(`schedules are on, and the console is at ${url}; stop with Ctrl-C`);
  await interrupted;
}

async function tell(platform: Platform, collector: ReturnType<typeof resultCollector>): Promise<void> {
  progress("first run: everything that the source has");
  show("What went through each stage", stageSummary(await runOnce(platform, collector)));

  progress("the shop changes: orders, payments, a renamed department, a moved address, a cancelled order");
  const changes = await applyDemoChanges(platform);
  progress("second run: only what changed");
  show("What went through each stage", stageSummary(await runOnce(platform, collector)));

  progress("the business report of all this");
  const report = await makeReport(platform);
  show("The business report", `open ${report ?? "nothing"} in a browser`);
  show("The lake", await lakeFiles(platform));
  show("The warehouse", await warehouseCounts(platform));
  for (const { question, answer } of await answerQuestions(platform, changes)) show(question, answer);
}

demo().catch((error: unknown) => {
  process.stderr.write(`marble: the demo failed: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
