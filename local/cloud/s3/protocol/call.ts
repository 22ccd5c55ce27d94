import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Headers } from "./body";
import { s3Error } from "./errors";

/** One request of the protocol. */
export interface Call {
  /** The name in the API reference ("PutObject"). For operations without a name here, method and subresource. */
  readonly operation: string;
  /** Decoded; "" if the path has none. */
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The raw body. */
  readonly source: AsyncIterable<Buffer>;
}

/** The answer to a call. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** Operations by method and the query parameters that select a subresource, in order of precedence. */
const bucketOperations: Readonly<Record<string, string>> = {
  "PUT ": "CreateBucket",
  "HEAD ": "HeadBucket",
  "DELETE ": "DeleteBucket",
  "GET ": "ListObjects",
  "GET list-type": "ListObjectsV2",
  "GET uploads": "ListMultipartUploads",
  "POST delete": "DeleteObjects",
};
const objectOperations: Readonly<Record<string, string>> = {
  "GET ": "GetObject",
  "HEAD ": "HeadObject",
  "PUT ": "PutObject",
  "DELETE ": "DeleteObject",
  "GET tagging": "GetObjectTagging",
  "PUT tagging": "PutObjectTagging",
  "DELETE tagging": "DeleteObjectTagging",
  "POST uploads": "CreateMultipartUpload",
  "PUT partNumber&uploadId": "UploadPart",
  "POST uploadId": "CompleteMultipartUpload",
  "DELETE uploadId": "AbortMultipartUpload",
  "GET uploadId": "ListParts",
};
const copyOperations: Readonly<Record<string, string>> = {
  PutObject: "CopyObject",
  UploadPart: "UploadPartCopy",
};

/** Query parameters that select no subresource: the SDK's hint, a presigned URL's signature, arguments of a list. */
const arguments_ =
  /^(?:x-id|x-amz-.*|prefix|delimiter|start-after|continuation-token|max-keys|encoding-type|fetch-owner)$/i;

/** Headers that change an operation in ways that are not implemented. */
const unsupportedHeader = /^x-amz-(?:write-offset-bytes|object-lock-|server-side-encryption-customer-)/;

/** Reads the path-style request line and the headers. @throws S3Error InvalidURI, NotImplemented */
export function parseCall(request: IncomingMessage): Call {
  const [path, search = ""] = splitOnce(request.url ?? "/", "?");
  const [bucket, key = ""] = splitOnce(decodePath(path.slice(1)), "/");
  const query = new URLSearchParams(search);
  const headers = request.headers as Headers;
  const unsupported = Object.keys(headers).find((name) => unsupportedHeader.test(name));
  if (unsupported !== undefined) throw s3Error("NotImplemented", `${unsupported} is not implemented.`);
  return {
    operation: operationOf({ method: request.method ?? "", bucket, key, query, headers }),
    bucket,
    key,
    query,
    headers,
    // An early answer must not cost the connection, so the rest of the body is read and dropped.
    source: request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
  };
}

function operationOf(
  request: Pick<Call, "bucket" | "key" | "query" | "headers"> & { readonly method: string },
): string {
  const { method, bucket, key, query, headers } = request;
  const subresource = [...query.keys()].filter((name) => !arguments_.test(name)).sort();
  const signature = `${method} ${subresource.join("&")}`;
  const named =
    key !== "" ? objectOperations[signature] : bucket !== "" ? bucketOperations[signature] : undefined;
  if (named !== undefined) return (headers["x-amz-copy-source"] && copyOperations[named]) ?? named;
  const hint = query.get("x-id");
  return hint === null ? signature.trim() : `${hint} (${signature.trim()})`;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw s3Error("InvalidURI");
  }
}

/** The object that x-amz-copy-source names. @throws S3Error */
export function parseCopySource(header: string): { readonly bucket: string; readonly key: string } {
  if (header.includes("?")) throw s3Error("NotImplemented", "Copying a version is not implemented.");
  const [bucket, key = ""] = splitOnce(decodePath(header).replace(/^\//, ""), "/");
  return { bucket, key };
}

/** Who signed the request, from the Authorization header or a presigned URL; the signature is not checked. */
export function accessKeyIdOf({ headers, query }: Pick<Call, "headers" | "query">): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(headers["authorization"] ?? "")?.[1] ??
    query.get("X-Amz-Credential") ??
    undefined;
  return credential?.split("/")[0];
}

/** Whether this is a presigned URL that has expired. */
export function isExpired(query: URLSearchParams): boolean {
  const [date, seconds] = [query.get("X-Amz-Date"), query.get("X-Amz-Expires")];
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? "");
  if (parts === null || seconds === null) return false;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  const from = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  return Date.now() > from + Number(seconds) * 1000;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
