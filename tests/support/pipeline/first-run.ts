import type { DayRange } from "../../../domain/transform/calendar";
import { createTinySource, TINY_CALENDAR } from "../oracle/tiny-totesys";
import { createSource } from "../postgres/postgres";
import { pipelineCopies, type Hooks } from "./pipeline-copies";
import { startPipeline, type Pipeline } from "./pipeline";

/** What the first run is of, and the last stage of it: `process` leaves the warehouse empty. */
export interface FirstRunOptions extends Hooks {
  /** A hundredth of the real source's rows, or a handful in each table and a calendar of one year. */
  readonly source?: "seeded" | "tiny";
  readonly until?: "process" | "load";
}

const firstRun = (
  source: "seeded" | "tiny",
  until: "process" | "load",
): ((hooks?: Hooks) => Promise<Pipeline>) => {
  const calendar: { calendar?: DayRange } = source === "tiny" ? { calendar: TINY_CALENDAR } : {};
  return pipelineCopies(async (lake) => {
    const database = source === "tiny" ? await createTinySource() : await createSource({ seeded: true });
    const pipeline = await startPipeline({ source: database, ...calendar, lake });
    await pipeline.ingest();
    await pipeline.process();
    if (until === "load") await pipeline.load();
    return pipeline;
  }, calendar);
};

const FIRST_RUNS = {
  seeded: { process: firstRun("seeded", "process"), load: firstRun("seeded", "load") },
  tiny: { process: firstRun("tiny", "process"), load: firstRun("tiny", "load") },
};

/** Starts a pipeline whose first run is done: commit 1 is captured, processed and, as a rule, loaded. Close it. */
export function startAfterFirstRun(options: FirstRunOptions = {}): Promise<Pipeline> {
  const { source = "seeded", until = "load", ...hooks } = options;
  return FIRST_RUNS[source][until](hooks);
}
