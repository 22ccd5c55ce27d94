import type { InvocationResult } from "../../cloud/lambda/function";

/** An invocation that has ended. */
export interface Run {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly result: InvocationResult;
}
