import { pipelineCopies, type Hooks } from "../pipeline/pipeline-copies";
import { startPipeline, type Pipeline, type PipelineOptions } from "../pipeline/pipeline";
import { withModel } from "../pipeline/with-model";
import { expectTables } from "./expected";
import { hireMarts } from "./marts";
import { hireModel } from "./model";
import { createHireSource } from "./source";

/** A pipeline with the model and the marts of hires. */
export interface HirePipeline extends Pipeline {
  /** Expects that the warehouse shows what SQL over the source predicts. */
  expectShown(): Promise<void>;
}

/** Starts a pipeline of hires without a run. Close it. */
export async function startHires(
  options: PipelineOptions & { readonly empty?: boolean } = {},
): Promise<HirePipeline> {
  const { empty = false, ...others } = options;
  const source = others.source ?? (await createHireSource({ empty }));
  return ofHires(await startPipeline({ ...others, source }));
}

const firstRun = (until: "process" | "load"): ((hooks?: Hooks) => Promise<Pipeline>) =>
  pipelineCopies(async (lake) => {
    const pipeline = await startHires({ lake });
    await pipeline.ingest();
    await pipeline.process();
    if (until === "load") await pipeline.load();
    return pipeline;
  });

const FIRST_RUNS = { process: firstRun("process"), load: firstRun("load") };

/** Starts a pipeline of hires whose commit 1 is captured, processed and, by default, loaded. Close it. */
export async function startHiresAfterFirstRun(
  options: Hooks & { readonly until?: "process" | "load" } = {},
): Promise<HirePipeline> {
  const { until = "load", ...hooks } = options;
  return ofHires(await FIRST_RUNS[until](hooks));
}

function ofHires(pipeline: Pipeline): HirePipeline {
  return {
    ...withModel(pipeline, { model: hireModel, marts: hireMarts }),
    expectShown: () => expectTables(pipeline),
  };
}
