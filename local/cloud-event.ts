import type { AlarmTransition } from "./cloud/cloudwatch/alarm";
import type { Access } from "./cloud/iam/authorizer";
import type { InvocationResult } from "./cloud/lambda/function";

/** The service names of the functions, as the program declares them. */
export const FUNCTION_NAMES = ["ingest", "process", "load", "report", "remodel"] as const;

/** The functions by service name: the stages, and the worker that helps process. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** An event that the local cloud shows to the person who watches it. */
export type CloudEvent =
  | { readonly kind: "started"; readonly stage: FunctionName }
  | { readonly kind: "invocation"; readonly stage: FunctionName; readonly result: InvocationResult }
  | { readonly kind: "log"; readonly stage: FunctionName; readonly line: string }
  | { readonly kind: "alarm"; readonly transition: AlarmTransition }
  | { readonly kind: "access"; readonly access: Access };
