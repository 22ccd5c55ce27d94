import * as z from "zod";
import { TerminalError } from "../../domain/errors";

/** Messages of a queue, as Lambda hands them over. */
const queueEvent = z.object({ Records: z.array(z.object({ body: z.string() })) });

/** What S3 sends to a queue. When the notification is set up it sends a test, without records. */
const objectEvent = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })).default([]),
});

/**
 * The keys of the new objects that the messages of a queue tell of.
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
