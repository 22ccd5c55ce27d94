import { resolve } from "node:path";
import { messageOf } from "../domain/errors";
import { applyDemoChanges } from "./demo-changes";
import { answerQuestions, lakeFiles, stageSummary, warehouseCounts } from "./demo-report";
import { INTERRUPTED, untilInterrupted } from "./interruption";
import { resultCollector, runOnce } from "./once";
import { startPlatform, type Platform } from "./platform";

/** The demo has a lake of its own, begun anew each time. */
const LAKE = ".marble/demo";

const started = performance.now();

function progress(message: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${seconds} s  ${message}\n`);
}

const show = (title: string, text: string): void => void process.stdout.write(`\n${title}\n\n${text}\n\n`);

/**
 * `npm run demo`: the whole platform on this machine, over a generated shop. Runs it once over all that
 * there is, lets the shop go on, runs it again, and shows what came of it.
 */
async function demo(): Promise<void> {
  const end = await untilInterrupted(async (interrupted) => {
    const collector = resultCollector();
    const platform = await startPlatform({
      lake: LAKE,
      fresh: true,
      progress,
      onEvent: (event) => {
        collector.onEvent(event);
        if (event.kind === "invocation") progress(`${event.result.ok ? "✔" : "✘"} ${event.stage}`);
      },
    });
    try {
      await Promise.race([tell(platform, collector), interrupted]);
    } finally {
      await platform.stop();
    }
  });
  if (end === "interrupted") process.exitCode = INTERRUPTED;
  progress(end === "done" ? `done; the lake is in ${resolve(LAKE)}, and everything is stopped` : "stopped");
}

async function tell(platform: Platform, collector: ReturnType<typeof resultCollector>): Promise<void> {
  progress("first run: everything that the source has");
  show("What went through each stage", stageSummary(await runOnce(platform, collector)));

  progress("the shop goes on: orders, payments, a renamed department, a moved address, a cancelled order");
  const changes = await applyDemoChanges(platform);
  progress("second run: only what changed");
  show("What went through each stage", stageSummary(await runOnce(platform, collector)));

  show("The lake", await lakeFiles(platform));
  show("The warehouse", await warehouseCounts(platform));
  for (const { question, answer } of await answerQuestions(platform, changes)) show(question, answer);
}

demo().catch((error: unknown) => {
  process.stderr.write(`marble: the demo failed: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
