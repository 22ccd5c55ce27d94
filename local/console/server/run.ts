import type { InvocationResult } from "../../cloud/lambda/function";

/** A finished invocation. */
export interface Run {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly result: InvocationResult;
}
