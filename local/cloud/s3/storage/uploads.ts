import { createHash, randomUUID } from "node:crypto";
import {
  createReadStream,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { s3Error } from "../protocol/errors";
import { ioBytes, isMissing } from "./layout";
import type { ObjectName, ObjectRecord } from "./records";
import type { Staged } from "./staging";

/** The settings of CreateMultipartUpload, kept in upload.json. */
interface Upload extends ObjectName {
  readonly headers: ObjectRecord["headers"];
  readonly tags: ObjectRecord["tags"];
}

/** A part, as CompleteMultipartUpload names it. */
export interface PartName {
  readonly partNumber: number;
  /** Without quotes; the MD5 of the part in hex. */
  readonly eTag: string;
}

/** The joined parts of an upload. */
interface Assembly {
  readonly eTag: string;
  readonly chunks: AsyncIterable<Buffer>;
}

/** A multipart upload in progress, named by its object and its id. */
export interface UploadName extends ObjectName {
  readonly uploadId: string;
}

/**
 * The multipart uploads in progress. Each is a directory with upload.json and one file for each part, called "<part
 * number>-<entity tag>", so that a part needs no record. They survive a restart.
 */
interface Uploads {
  /** Returns the upload id. */
  create(upload: Upload): string;
  /** @throws S3Error NoSuchUpload */
  get(name: UploadName): Upload;
  /**
   * Makes a staged payload a part. It replaces an earlier part with the same number.
   * @throws S3Error NoSuchUpload
   */
  addPart(name: UploadName, part: PartName & { readonly staged: Staged }): void;
  /** @throws S3Error NoSuchUpload, MalformedXML, InvalidPart, InvalidPartOrder, EntityTooSmall */
  assemble(name: UploadName, parts: readonly PartName[]): Assembly;
  /** Deletes the upload and its parts. */
  remove(uploadId: string): void;
}

const minPartBytes = 5 * 1024 * 1024;

/** The uploads below this directory. */
export function openUploads(directory: string): Uploads {
  function get({ uploadId, bucket, key }: UploadName): Upload {
    if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw s3Error("NoSuchUpload");
    try {
      const upload = JSON.parse(readFileSync(join(directory, uploadId, "upload.json"), "utf8")) as Upload;
      if (upload.bucket === bucket && upload.key === key) return upload;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    throw s3Error("NoSuchUpload");
  }

  return {
    create(upload) {
      const uploadId = randomUUID();
      mkdirSync(join(directory, uploadId));
      writeFileSync(join(directory, uploadId, "upload.json"), JSON.stringify(upload, null, 2));
      return uploadId;
    },
    get,
    addPart(name, { partNumber, eTag, staged }) {
      try {
        get(name);
      } catch (error) {
        rmSync(staged.path);
        throw error;
      }
      const parts = join(directory, name.uploadId);
      const file = fileOf({ partNumber, eTag });
      renameSync(staged.path, join(parts, file));
      for (const other of readdirSync(parts)) {
        if (other.startsWith(`${partNumber}-`) && other !== file) rmSync(join(parts, other));
      }
    },
    assemble(name, parts) {
      get(name);
      if (parts.length === 0) throw s3Error("MalformedXML");
      if (parts.some(({ partNumber }, index) => partNumber <= (parts[index - 1]?.partNumber ?? 0))) {
        throw s3Error("InvalidPartOrder");
      }
      const files = parts.map((part, index) => {
        const path = join(directory, name.uploadId, fileOf(part));
        const size = /^[0-9a-f]{32}$/.test(part.eTag)
          ? statSync(path, { throwIfNoEntry: false })?.size
          : undefined;
        if (size === undefined) throw s3Error("InvalidPart");
        if (size < minPartBytes && index < parts.length - 1) throw s3Error("EntityTooSmall");
        return path;
      });
      return { eTag: eTagOf(parts), chunks: concatenate(files) };
    },
    remove: (uploadId) => rmSync(join(directory, uploadId), { recursive: true, force: true }),
  };
}

function fileOf({ partNumber, eTag }: PartName): string {
  return `${partNumber}-${eTag}`;
}

/** S3's entity tag of a multipart object: the MD5 of the parts' MD5s, then their number. */
function eTagOf(parts: readonly PartName[]): string {
  const md5 = createHash("md5");
  for (const { eTag } of parts) md5.update(eTag, "hex");
  return `${md5.digest("hex")}-${parts.length}`;
}

async function* concatenate(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield* createReadStream(file, { highWaterMark: ioBytes }) as AsyncIterable<Buffer>;
  }
}
