import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "../../errno";

/**
 * Where things lie below the server's directory. Everything hidden starts with a dot, as no bucket can.
 *
 *     <bucket>/<key>            the object, a plain file
 *     .meta/<bucket>/<key>      its record, JSON: the same path, so that what fits one tree fits the other
 *     .staging/<id>             payloads on their way in
 *     .uploads/<upload id>/     multipart uploads in progress
 */
export interface Layout {
  readonly root: string;
  readonly staging: string;
  readonly uploads: string;
  object(bucket: string, key: string): string;
  record(bucket: string, key: string): string;
}

/** The size of a read or write. A hundred megabytes take a hundred calls. */
export const ioBytes = 1024 * 1024;

/** The layout below `root`. Creates its hidden directories. */
export function openLayout(root: string): Layout {
  const layout: Layout = {
    root,
    staging: join(root, ".staging"),
    uploads: join(root, ".uploads"),
    object: (bucket, key) => join(root, bucket, key),
    record: (bucket, key) => join(root, ".meta", bucket, key),
  };
  mkdirSync(layout.staging, { recursive: true });
  mkdirSync(layout.uploads, { recursive: true });
  return layout;
}

/** Moves a file into place atomically, replaces an existing one, and creates the missing directories. */
export function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }
}

/** Removes the empty directories above `file`, up to and without `root`. */
export function pruneAbove(file: string, root: string): void {
  for (let directory = dirname(file); directory.length > root.length; directory = dirname(directory)) {
    try {
      rmdirSync(directory);
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT")) return;
      throw error;
    }
  }
}

/** The paths, relative and with "/", of all files below a directory. */
export function* filesBelow(directory: string, prefix = ""): Generator<string> {
  for (const entry of readdirSync(join(directory, prefix), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesBelow(directory, `${prefix}${entry.name}/`);
    else if (entry.isFile()) yield `${prefix}${entry.name}`;
  }
}

/** Whether a file system call failed because something on the path does not exist. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}
