import { decodeAwsChunked } from "./aws-chunked";
import { createDigest } from "./checksums";
import type { Digest } from "./checksums";
import { s3Error } from "./errors";

/** Request headers by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** The payload of a request. */
interface Body {
  /** The decoded payload, which can be read once. It ends only if its length and all digests are right. */
  readonly chunks: AsyncIterable<Buffer>;
  /** After the end of the payload, if `withMd5` was set: its MD5 in hex, which is S3's entity tag. */
  md5(): string;
  /** After the end of the payload: its verified checksums, by header ("x-amz-checksum-crc32"), in base64. */
  checksums(): Record<string, string>;
}

const sha256Header = "x-amz-content-sha256";

/**
 * Opens the payload of a request. Removes the aws-chunked framing, and checks the length and the digests that headers
 * or trailers declare.
 * @throws S3Error NotImplemented immediately, or BadDigest, IncompleteBody, … while the payload is read
 */
export function openBody(request: {
  readonly headers: Headers;
  readonly source: AsyncIterable<Buffer>;
  readonly withMd5?: boolean;
}): Body {
  const { headers, source, withMd5 = false } = request;
  const trailers = new Map<string, string>();
  const digests = new Map<string, Digest>();
  if (withMd5 || headers["content-md5"] !== undefined)
    digests.set("content-md5", requireDigest("content-md5"));
  for (const name of checksumNames(headers)) digests.set(name, requireDigest(name));
  const signedSha256 = /^[0-9a-f]{64}$/.exec(headers[sha256Header] ?? "")?.[0];
  if (signedSha256 !== undefined) digests.set(sha256Header, requireDigest("x-amz-checksum-sha256"));
  const isChunked = headers[sha256Header]?.startsWith("STREAMING-") === true;
  const declaredLength = headers[isChunked ? "x-amz-decoded-content-length" : "content-length"];
  const results = new Map<string, Buffer>();

  async function* chunks(): AsyncGenerator<Buffer> {
    let length = 0;
    for await (const chunk of isChunked ? decodeAwsChunked({ source, trailers }) : source) {
      length += chunk.length;
      for (const digest of digests.values()) digest.update(chunk);
      yield chunk;
    }
    if (declaredLength !== undefined && length !== Number(declaredLength)) {
      throw s3Error("IncompleteBody", `The payload has ${length} bytes; its headers say ${declaredLength}.`);
    }
    for (const [name, digest] of digests) results.set(name, digest.digest());
    for (const [name, actual] of results) verify(name, actual);
  }

  function verify(name: string, actual: Buffer): void {
    if (name === sha256Header) {
      if (actual.toString("hex") !== signedSha256) throw s3Error("XAmzContentSHA256Mismatch");
      return;
    }
    const expected = headers[name] ?? trailers.get(name);
    if (expected === undefined && name !== "content-md5") {
      throw s3Error("InvalidRequest", `The trailer ${name} was announced and did not come.`);
    }
    if (expected !== undefined && expected !== actual.toString("base64")) {
      throw s3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
    }
  }

  return {
    chunks: chunks(),
    md5: () => results.get("content-md5")?.toString("hex") ?? "",
    checksums: () =>
      Object.fromEntries(
        [...results]
          .filter(([name]) => name.startsWith("x-amz-checksum-"))
          .map(([name, value]) => [name, value.toString("base64")]),
      ),
  };
}

/** Settings that share the prefix of the checksums. */
const checksumSettings = /^x-amz-checksum-(?:algorithm|mode|type)$/;

/** The headers and announced trailers that carry checksums of the payload. */
export function checksumNames(headers: Headers): string[] {
  const announced = (headers["x-amz-trailer"] ?? "").split(",").map((name) => name.trim().toLowerCase());
  return [...Object.keys(headers), ...announced].filter(
    (name) => name.startsWith("x-amz-checksum-") && !checksumSettings.test(name),
  );
}

function requireDigest(header: string): Digest {
  const digest = createDigest(header);
  if (digest === undefined) throw s3Error("NotImplemented", `${header} is not implemented.`);
  return digest;
}

/** S3 takes no payload of unknown length. @throws S3Error MissingContentLength */
export function requireDeclaredLength(headers: Headers): void {
  if (headers["content-length"] === undefined && headers["x-amz-decoded-content-length"] === undefined) {
    throw s3Error("MissingContentLength");
  }
}

/** CompleteMultipartUpload may name 10,000 parts. No larger document comes as XML. */
const maxTextBytes = 4 * 1024 * 1024;

/** The whole payload as text, for the small documents of the protocol. */
export async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxTextBytes) throw s3Error("MalformedXML");
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString();
}
