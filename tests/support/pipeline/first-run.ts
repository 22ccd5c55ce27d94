import { createTinySource } from "../oracle/tiny-totesys";
import { createSource } from "../postgres/postgres";
import { pipelineCopies, type Hooks } from "./pipeline-copies";
import { startPipeline, type Pipeline } from "./pipeline";

/** The source of the first run, and its last stage. After `process`, the warehouse is empty. */
interface FirstRunOptions extends Hooks {
  /** A hundredth of the real source's rows, or a handful in each table. */
  readonly source?: "seeded" | "tiny";
  readonly until?: "process" | "load";
}

const firstRun = (
  source: "seeded" | "tiny",
  until: "process" | "load",
): ((hooks?: Hooks) => Promise<Pipeline>) =>
  pipelineCopies(async (lake) => {
    const database = source === "tiny" ? await createTinySource() : await createSource({ seeded: true });
    const pipeline = await startPipeline({ source: database, lake });
    await pipeline.ingest();
    await pipeline.process();
    if (until === "load") await pipeline.load();
    return pipeline;
  });

const FIRST_RUNS = {
  seeded: { process: firstRun("seeded", "process"), load: firstRun("seeded", "load") },
  tiny: { process: firstRun("tiny", "process"), load: firstRun("tiny", "load") },
};

/** Starts a pipeline after its first run: commit 1 is captured, processed and, by default, loaded. Close it. */
export function startAfterFirstRun(options: FirstRunOptions = {}): Promise<Pipeline> {
  const { source = "seeded", until = "load", ...hooks } = options;
  return FIRST_RUNS[source][until](hooks);
}
