import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { INTERRUPTED, untilInterrupted } from "../terminal/interruption";
import type { OperateOptions } from "./operate-options";
import { operate, progressLine } from "./operations";
import { startPlatform } from "../../platform";
import { printSchemaHistory, withIngestionLog } from "../../schema-registry";
import { stageLogs } from "../stage-logs";
import { createProgress } from "../terminal/progress";
import { followWork } from "../terminal/underway";

/** Runs an operation on the platform that it starts for it. Sets the exit code. */
export async function runOperation(options: OperateOptions): Promise<void> {
  if (options.operation === "schema") return schema(options);
  requireLake(options.lake);
  const logs = stageLogs(join(options.lake, "logs"));
  const work = followWork();
  const { say, end: endProgress } = createProgress({ stream: process.stdout, underway: work.text });
  const end = await untilInterrupted(async (interrupted, signal) => {
    const platform = await startPlatform({
      ...options,
      progress: (step) => {
        work.step(step);
        say(step);
      },
      signal,
      onEvent: (event) => {
        work.onEvent(event);
        logs.onEvent(event);
        const line = progressLine(event);
        if (line !== undefined) say(line);
      },
    });
    work.step(undefined);
    try {
      await Promise.race([operate(platform, options, say), interrupted]);
    } finally {
      work.step("stopping");
      await platform.stop();
    }
  });
  endProgress();
  if (end === "interrupted") {
    say("interrupted; nothing is lost, run the same command again to continue");
    process.exitCode = INTERRUPTED;
  }
}

/** @throws Error if the folder has no lake: a mistyped name would create a new one */
function requireLake(lake: string): void {
  // With another S3 service, the folder has no buckets, but it has the logs of the stages.
  const folder = process.env["AWS_ENDPOINT_URL_S3"] === undefined ? "buckets" : "logs";
  if (existsSync(join(lake, folder))) return;
  throw new Error(
    `no lake in ${resolve(lake)}: name its folder with --lake, or create one with npm run local -- --lake ${lake}`,
  );
}

/** Reads the log only. It starts no platform, and a running one may stay. */
async function schema({ tables: [table = ""], lake, bucket }: OperateOptions): Promise<void> {
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const entries = await withIngestionLog({ lake, bucket }, (log) =>
    printSchemaHistory(log, table, { line: say, progress }),
  );
  if (entries === 0) throw new Error(`the log has no table ${table}; write the name as in the source`);
}
