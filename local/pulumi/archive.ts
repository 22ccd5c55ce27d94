import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { asset } from "@pulumi/pulumi";

interface UnpackOptions {
  /** the `code` of a function under mocks */
  readonly archive: unknown;
  /** the base of relative paths in the archive: the project's folder */
  readonly from: string;
  /** the folder to write; its old content is deleted */
  readonly to: string;
}

/**
 * Writes the content of an archive to a folder, as Lambda unpacks an upload.
 *
 * @throws Error for an archive that is not on this machine, or a path that leaves the folder
 */
export async function unpackArchive({ archive, from, to }: UnpackOptions): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  await write({ source: archive, from, target: resolve(to) });
}

async function write(options: { source: unknown; from: string; target: string }): Promise<void> {
  const { source, from, target } = options;
  if (source instanceof asset.StringAsset) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, await source.text);
  } else if (source instanceof asset.FileAsset || source instanceof asset.FileArchive) {
    cpSync(resolve(from, await source.path), target, { recursive: true });
  } else if (source instanceof asset.AssetArchive) {
    for (const [path, content] of Object.entries(await source.assets)) {
      const inside = resolve(target, path);
      if (!inside.startsWith(target + sep)) {
        throw new Error(
          `The archive has a file outside of its folder, ${path}: give it a path without "..".`,
        );
      }
      await write({ source: content, from, target: inside });
    }
  } else {
    throw new Error(
      `${String(source)} cannot be unpacked: a function's code has to be files or text of this machine.`,
    );
  }
}
