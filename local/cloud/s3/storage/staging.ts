import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { moveFile } from "./layout";
import type { Layout } from "./layout";
import { formatRecord } from "./records";
import type { ObjectName, ObjectRecord } from "./records";

/** A complete payload on disk that does not belong to an object yet. */
export interface Staged {
  readonly id: string;
  readonly path: string;
  readonly size: number;
}

/** The chunks of a payload. */
export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** Writes a payload to disk in constant memory. A payload that fails leaves nothing behind. */
export async function stage(layout: Layout, chunks: Chunks): Promise<Staged> {
  const id = randomUUID();
  const path = join(layout.staging, id);
  // Most payloads are one small chunk, for which a stream costs more time than the rest of the request.
  const file = openSync(path, "wx");
  let size = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
      size += chunk.length;
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return { id, path, size };
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
