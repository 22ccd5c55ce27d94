import * as z from "zod";
import { TerminalError } from "../../domain/errors";

/**
 * Parses what a person asks of a stage. Every other event is only a wake-up call, and its other contents are ignored.
 * @throws TerminalError that names what is wrong with the request
 */
export function parseEvent<T>(schema: z.ZodType<T>, event: unknown): T {
  const result = schema.safeParse(typeof event === "object" && event !== null ? event : {});
  if (result.success) return result.data;
  throw new TerminalError(`unrecognized event: ${z.prettifyError(result.error)}`);
}
