import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../errno";

/** A message that lies in a queue. */
export interface DeadLetter {
  readonly queue: string;
  readonly file: string;
  /** When it was sent; undefined for a file that somebody else put there. */
  readonly at: Date | undefined;
  readonly text: string;
}

/** The queues of a stack for what could not be delivered: a folder each, a file a message. */
export interface DeadLetters {
  /** Puts a message into a queue; returns its file. */
  send(
    queue: string,
    message: { readonly id: string; readonly at: Date; readonly body: unknown },
  ): Promise<string>;
  /** How many messages lie in a queue. */
  depth(queue: string): Promise<number>;
  /** What lies in all queues, the newest first. */
  letters(): Promise<readonly DeadLetter[]>;
  /** Empties a queue; whoever deletes its files does the same. */
  purge(queue: string): Promise<void>;
}

/** @param directory gets a folder for each queue that a message comes to */
export function deadLetters(directory: string): DeadLetters {
  const namesIn = async (folder: string): Promise<string[]> => {
    try {
      return await readdir(folder);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
  };
  const lettersOf = async (queue: string): Promise<DeadLetter[]> => {
    const files = (await namesIn(join(directory, queue))).map((name) => join(directory, queue, name));
    const texts = await Promise.all(files.map(read));
    return files.flatMap((file, index) => {
      const text = texts[index];
      return text === undefined ? [] : [{ queue, file, at: timeOf(file), text }];
    });
  };
  return {
    send: async (queue, { id, at, body }) => {
      const folder = join(directory, queue);
      const file = join(folder, `${at.toISOString().replaceAll(":", "")}-${id}.json`);
      await mkdir(folder, { recursive: true });
      await writeFile(file, JSON.stringify(body, undefined, 2));
      return file;
    },
    depth: async (queue) => (await namesIn(join(directory, queue))).length,
    letters: async () =>
      (await Promise.all((await namesIn(directory)).map(lettersOf)))
        .flat()
        .sort((one, other) => (other.at?.getTime() ?? 0) - (one.at?.getTime() ?? 0)),
    purge: async (queue) => {
      if (!(await namesIn(directory)).includes(queue)) return;
      await rm(join(directory, queue), { recursive: true });
    },
  };
}

/** Undefined for what was deleted in the meantime. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The time in the name of a file, `2026-11-25T103020.210Z-<id>.json`. */
function timeOf(file: string): Date | undefined {
  const [, day, hour, minute, second] =
    /(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d\.\d{3}Z)-[^/\\]*$/.exec(file) ?? [];
  return day === undefined ? undefined : new Date(`${day}T${hour}:${minute}:${second}`);
}
