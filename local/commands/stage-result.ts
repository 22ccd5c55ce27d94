import type { FunctionName } from "../cloud-event";

/** A successful invocation of a stage. */
export interface StageResult {
  readonly stage: FunctionName;
  readonly payload: unknown;
}
