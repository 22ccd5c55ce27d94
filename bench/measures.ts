import { measureArchive } from "./measures/archive";
import { measureGrowth } from "./measures/growth";
import { measureIdle } from "./measures/idle";
import { measureIncremental } from "./measures/incremental";
import { measureJoined } from "./measures/joined";
import { measurePipeline } from "./measures/pipeline";
import { measureSource } from "./measures/source";
import { measureUpsert } from "./measures/upsert";
import type { MeasureResult } from "./result";
import type { Rig } from "./rig/rig";

/** A measurement that can run alone. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  run(rig: Rig): Promise<MeasureResult>;
}

export const MEASURES: readonly Measure[] = [
  { name: "pipeline", title: "a first load, each stage with its floor", run: measurePipeline },
  { name: "upsert", title: "a dimension all of whose rows changed", run: measureUpsert },
  { name: "incremental", title: "a run after few of many rows changed", run: measureIncremental },
  {
    name: "idle",
    title: "a run with nothing to do, with a short and a long history, and with few and many tables",
    run: measureIdle,
  },
  {
    name: "joined",
    title: "a fact of joined rows: its first load, and few of many rows changed",
    run: measureJoined,
  },
  { name: "growth", title: "time and memory at a tenth, once and ten times the rows", run: measureGrowth },
  { name: "archive", title: "the archives of the Lambdas and how fast they load", run: measureArchive },
  { name: "source", title: "the load of a run on the source", run: measureSource },
];
