import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { FUNCTION_NAMES, type FunctionName } from "../../cloud-event";
import { hasCode } from "../../cloud/errno";
import type { Run } from "./run";

/** A run, and the function that ran. */
export interface KeptRun {
  readonly stage: FunctionName;
  readonly run: Run;
}

/** The runs of a platform, which outlive its restarts. */
export interface KeptRuns {
  /** The runs of earlier starts, the newest last. */
  readonly earlier: readonly KeptRun[];
  add(run: KeptRun): void;
}

/** The file of the runs, in the folder of the platform. */
export const RUNS_FILE = "runs.ndjson";

/** The number of runs to keep. The file has up to twice as many. */
const KEPT = 2000;

const error = z.object({ type: z.string(), message: z.string() });
const line = z.object({
  stage: z.enum(FUNCTION_NAMES),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date(),
  result: z.object({
    ok: z.boolean(),
    payload: z.unknown(),
    error: error.optional(),
    durationMs: z.number(),
    coldStart: z.boolean(),
    timedOut: z.boolean(),
    requestId: z.string(),
  }),
});

/**
 * Keeps the runs in a file next to the buckets of a platform, one per line.
 * @throws Error when the file has a line that is not a run
 */
export function keepRuns(folder: string, most = KEPT): KeptRuns {
  const file = join(folder, RUNS_FILE);
  const { runs: earlier, isTorn } = readRuns(file, most);
  const kept = [...earlier];
  let lines = isTorn ? Number.POSITIVE_INFINITY : kept.length;
  return {
    earlier,
    add: (run) => {
      kept.push(run);
      if (kept.length > most) kept.splice(0, kept.length - most);
      lines += 1;
      if (lines <= 2 * most) {
        appendFileSync(file, textOf(run));
        return;
      }
      // A crash leaves the old file or the new one.
      writeFileSync(`${file}.new`, kept.map(textOf).join(""));
      renameSync(`${file}.new`, file);
      lines = kept.length;
    },
  };
}

const textOf = ({ stage, run: { startedAt, endedAt, result } }: KeptRun): string => {
  const { ok, payload, error: failure, durationMs, coldStart, timedOut, requestId } = result;
  const short = failure && { type: failure.type, message: failure.message };
  const kept = { ok, payload, error: short, durationMs, coldStart, timedOut, requestId };
  return `${JSON.stringify({ stage, startedAt, endedAt, result: kept })}\n`;
};

/** Removes an incomplete last line, which a killed process may have left. */
function readRuns(
  file: string,
  most: number,
): { readonly runs: readonly KeptRun[]; readonly isTorn: boolean } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return { runs: [], isTorn: false };
    throw cause;
  }
  const lines = text.split("\n");
  const isTorn = lines.pop() !== "";
  return { runs: lines.slice(-most).map((one, index) => readRun(one, { file, index })), isTorn };
}

function readRun(text: string, { file, index }: { readonly file: string; readonly index: number }): KeptRun {
  try {
    const { stage, startedAt, endedAt, result } = line.parse(JSON.parse(text));
    const { error: failure, ...rest } = result;
    const whole = { ...rest, maxMemoryUsedMb: undefined, ...(failure !== undefined && { error: failure }) };
    return { stage, run: { startedAt, endedAt, result: whole } };
  } catch (cause) {
    throw new Error(`${file} has a line (${index + 1}) that is not a run: remove the file`, { cause });
  }
}
