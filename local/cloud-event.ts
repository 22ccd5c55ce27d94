import type { AlarmTransition } from "./cloud/cloudwatch/alarm";
import type { Access } from "./cloud/iam/authorizer";
import type { InvocationResult } from "./cloud/lambda/function";

/** The names of the functions, as the program declares their services. */
export const FUNCTION_NAMES = ["ingest", "process", "load", "report", "remodel"] as const;

/** The functions, by what the program calls their services: the stages, and who helps one of them. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Something that a person who watches may want to know. */
export type CloudEvent =
  | { readonly kind: "started"; readonly stage: FunctionName }
  | { readonly kind: "invocation"; readonly stage: FunctionName; readonly result: InvocationResult }
  | { readonly kind: "log"; readonly stage: FunctionName; readonly line: string }
  | { readonly kind: "alarm"; readonly transition: AlarmTransition }
  | { readonly kind: "access"; readonly access: Access };
