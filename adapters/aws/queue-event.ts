import * as z from "zod";
import { TerminalError } from "../../domain/errors";

/** Messages of a queue, as Lambda delivers them. */
const queueEvent = z.object({ Records: z.array(z.object({ body: z.string() })) });

/** A notification that S3 sends to a queue. Setting up the notification sends a test message without records. */
const objectEvent = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })).default([]),
});

/**
 * Returns the keys of the new objects that the messages of a queue announce.
 * @throws TerminalError when a message does not come from S3
 */
export function createdKeys(event: unknown): string[] {
  try {
    return queueEvent
      .parse(event)
      .Records.flatMap(({ body }) => objectEvent.parse(JSON.parse(body)).Records)
      .map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll("+", " ")));
  } catch (error) {
    throw new TerminalError("the message does not come from S3, or is malformed: purge it from the queue", {
      cause: error,
    });
  }
}
