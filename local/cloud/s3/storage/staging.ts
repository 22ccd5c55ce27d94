import { randomUUID } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ioBytes, moveFile } from "./layout";
import type { Layout } from "./layout";
import { formatRecord } from "./records";
import type { ObjectName, ObjectRecord } from "./records";

/** A complete payload on disk that does not belong to an object yet. */
export interface Staged {
  readonly id: string;
  readonly path: string;
  readonly size: number;
}

/** Writes a payload to disk in constant memory. A payload that fails leaves nothing behind. */
export async function stage(layout: Layout, chunks: AsyncIterable<Buffer>): Promise<Staged> {
  const id = randomUUID();
  const path = join(layout.staging, id);
  // Opened now, because a stream opens its file later, perhaps after the payload failed and was removed.
  const file = createWriteStream(path, { fd: openSync(path, "wx"), highWaterMark: ioBytes });
  try {
    await pipeline(chunks, file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return { id, path, size: file.bytesWritten };
}

/** Writes a small file in one step. */
export function writeAtomically(
  layout: Layout,
  { path, text }: { readonly path: string; readonly text: string },
): void {
  const staged = join(layout.staging, randomUUID());
  writeFileSync(staged, text);
  moveFile(staged, path);
}

/** The suffix of a record whose object exists, even if its files are not in place yet. */
const committed = ".committed";

/**
 * Makes a staged payload the object `name`. An object has two files, its bytes and its record, and a file system moves
 * only one at a time. So the rename of the record to "<id>.committed" decides. {@link recover} finishes the rest if the
 * process is killed after it.
 */
export function commitStaged(
  layout: Layout,
  write: { readonly staged: Staged; readonly name: ObjectName; readonly record: ObjectRecord },
): void {
  const { staged, name, record } = write;
  writeFileSync(`${staged.path}.record`, formatRecord(name, record));
  renameSync(`${staged.path}.record`, `${staged.path}${committed}`);
  moveIntoPlace(layout, { id: staged.id, name });
}

function moveIntoPlace(
  layout: Layout,
  { id, name }: { readonly id: string; readonly name: ObjectName },
): void {
  const path = join(layout.staging, id);
  if (existsSync(path)) moveFile(path, layout.object(name.bucket, name.key));
  moveFile(`${path}${committed}`, layout.record(name.bucket, name.key));
}

/** Moves into place what a killed process had committed, and deletes what it had only staged. */
export function recover(layout: Layout): void {
  for (const file of readdirSync(layout.staging).filter((name) => name.endsWith(committed))) {
    const name = JSON.parse(readFileSync(join(layout.staging, file), "utf8")) as ObjectName;
    moveIntoPlace(layout, { id: file.slice(0, -committed.length), name });
  }
  for (const file of readdirSync(layout.staging)) rmSync(join(layout.staging, file), { force: true });
}
