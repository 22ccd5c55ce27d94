import { checksumNames, openBody, readText, requireDeclaredLength } from "../protocol/body";
import type { Headers } from "../protocol/body";
import type { Call, Reply } from "../protocol/call";
import { checkWriteConditions, unquote } from "../protocol/conditions";
import { s3Error } from "../protocol/errors";
import { keptHeaders, xmlReply } from "./object-operations";
import type { Committed, Store } from "../storage/store";
import { parseTaggingHeader } from "./tagging";
import { openUploads } from "../storage/uploads";
import type { PartName, UploadName } from "../storage/uploads";
import { childrenOf, formatXml, parseXml, textOf } from "../protocol/xml";

const maxPartNumber = 10_000;

/** The operations of a multipart upload. They call `created` for each object that has taken effect. */
export function multipartOperations(
  store: Store,
  created: (object: Committed) => void,
): Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> {
  const uploads = openUploads(store.layout.uploads);

  return {
    CreateMultipartUpload({ bucket, key, headers }) {
      store.find({ bucket, key }); // refuses a wrong bucket or key now, not after the last part
      const tags = parseTaggingHeader(headers["x-amz-tagging"]);
      const uploadId = uploads.create({ bucket, key, headers: keptHeaders(headers), tags });
      return xmlReply(
        formatXml([
          "InitiateMultipartUploadResult",
          [
            ["Bucket", bucket],
            ["Key", key],
            ["UploadId", uploadId],
          ],
        ]),
      );
    },

    async UploadPart(call) {
      requireDeclaredLength(call.headers);
      const partNumber = parsePartNumber(call.query.get("partNumber"));
      const name = uploadNameOf(call);
      uploads.get(name);
      const body = openBody({ ...call, withMd5: true });
      const staged = await store.stage(body.chunks);
      uploads.addPart(name, { partNumber, eTag: body.md5(), staged });
      return { headers: { etag: `"${body.md5()}"`, ...body.checksums() } };
    },

    async CompleteMultipartUpload(call) {
      const { bucket, key, headers } = call;
      const name = uploadNameOf(call);
      const upload = uploads.get(name);
      const { ofDocument, ofObject } = splitChecksums(headers);
      const document = await readText(openBody({ headers: ofDocument, source: call.source }).chunks);
      const { eTag, chunks } = uploads.assemble(name, parseParts(document));
      const whole = openBody({ headers: ofObject, source: chunks });
      const staged = await store.stage(whole.chunks).catch((error: unknown) => {
        uploads.get(name); // a racing completion takes the parts away
        throw error;
      });
      const committed = store.commit({
        name,
        staged,
        attributes: { eTag, headers: upload.headers, tags: upload.tags, checksums: whole.checksums() },
        check(existing) {
          uploads.get(name); // may be completed or aborted by now
          checkWriteConditions(existing, headers);
        },
      });
      uploads.remove(name.uploadId);
      created(committed);
      return xmlReply(
        formatXml([
          "CompleteMultipartUploadResult",
          [
            ["Location", `/${bucket}/${key}`],
            ["Bucket", bucket],
            ["Key", key],
            ["ETag", `"${eTag}"`],
          ],
        ]),
      );
    },

    AbortMultipartUpload(call) {
      const name = uploadNameOf(call);
      uploads.get(name);
      uploads.remove(name.uploadId);
      return { status: 204 };
    },
  };
}

function uploadNameOf({ bucket, key, query }: Call): UploadName {
  return { bucket, key, uploadId: query.get("uploadId") ?? "" };
}

/** On CompleteMultipartUpload, checksum headers describe the object, not the document in the body. */
function splitChecksums(headers: Headers): { readonly ofDocument: Headers; readonly ofObject: Headers } {
  const checksums = checksumNames(headers).map((name) => [name, headers[name]] as const);
  if (checksums.some(([, value]) => value?.includes("-"))) {
    throw s3Error("NotImplemented", "Composite checksums of a multipart object are not implemented.");
  }
  const withoutChecksums = Object.entries(headers).filter(
    ([name]) => !checksums.some(([other]) => other === name),
  );
  return { ofDocument: Object.fromEntries(withoutChecksums), ofObject: Object.fromEntries(checksums) };
}

function parseParts(document: string): PartName[] {
  const root = parseXml(document);
  if (root.name !== "CompleteMultipartUpload") throw s3Error("MalformedXML");
  return childrenOf(root, "Part").map((part) => ({
    partNumber: parsePartNumber(textOf(part, "PartNumber")),
    eTag: unquote(textOf(part, "ETag")),
  }));
}

function parsePartNumber(text: string | null): number {
  const partNumber = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= maxPartNumber) return partNumber;
  throw s3Error(
    "InvalidArgument",
    `Part number must be an integer between 1 and ${maxPartNumber}, inclusive`,
  );
}
