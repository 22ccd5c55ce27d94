import type { Run } from "../../capture/key-set";
import { plainNumber } from "../../capture/key-set";
import { TerminalError } from "../../errors";
import { scanRecords } from "./scanner";

/**
 * Keys that are whole numbers, with a line for each run of them: `first,last`. Most tables number their rows, so the
 * keys of a million rows take a few lines.
 */
const HEADER = "first,last\n";

/** The number of lines in a group. */
const LINES = 10_000;

export function* runsAsCsv(runs: Iterable<Run>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let lines = [HEADER];
  for (const { first, last } of runs) {
    lines.push(`${first},${last}\n`);
    if (lines.length < LINES) continue;
    yield encoder.encode(lines.join(""));
    lines = [];
  }
  yield encoder.encode(lines.join(""));
}

/** The runs of a file, in groups. @throws TerminalError for a line that is not a run */
export async function* readRuns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Run[], void, undefined> {
  let isHeader = true;
  for await (const { bytes, count, width, starts, ends } of scanRecords(chunks)) {
    const numberAt = (field: number): number => plainNumber(bytes, starts[field] ?? 0, ends[field] ?? 0);
    const runs: Run[] = [];
    for (let record = isHeader ? 1 : 0; record < count; record++) {
      const run = { first: numberAt(record * width), last: numberAt(record * width + 1) };
      if (!(run.first <= run.last))
        throw new TerminalError("a file of keys has a line that is not a run of numbers");
      runs.push(run);
    }
    isHeader = false;
    yield runs;
  }
}
