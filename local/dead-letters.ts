import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "./postgres/errno";

/** The queues of a stack for what could not be delivered: a folder each, a file a message. */
export interface DeadLetters {
  /** Puts a message into a queue; returns its file. */
  send(
    queue: string,
    message: { readonly id: string; readonly at: Date; readonly body: unknown },
  ): Promise<string>;
  /** How many messages lie in a queue. Who deletes their files purges it. */
  depth(queue: string): Promise<number>;
}

/** @param directory gets a folder for each queue that a message comes to */
export function deadLetters(directory: string): DeadLetters {
  return {
    send: async (queue, { id, at, body }) => {
      const folder = join(directory, queue);
      const file = join(folder, `${at.toISOString().replaceAll(":", "")}-${id}.json`);
      await mkdir(folder, { recursive: true });
      await writeFile(file, JSON.stringify(body, undefined, 2));
      return file;
    },
    depth: async (queue) => {
      try {
        return (await readdir(join(directory, queue))).length;
      } catch (error) {
        if (hasCode(error, "ENOENT")) return 0;
        throw error;
      }
    },
  };
}
