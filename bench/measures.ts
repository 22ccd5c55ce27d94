import { measurePipeline } from "./measures/pipeline";
import type { MeasureResult } from "./result";
import type { Rig } from "./rig";

/** Something that can be measured by itself. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  run(rig: Rig): Promise<MeasureResult>;
}

export const MEASURES: readonly Measure[] = [
  { name: "pipeline", title: "a first load, each stage beside its floor", run: measurePipeline },
];
