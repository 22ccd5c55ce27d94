import { s3Error } from "./errors";

/** Longer than any chunk signature or trailer. An endless line must not fill the memory. */
const maxLineLength = 8192;

/**
 * Decodes an `aws-chunked` body (SigV4, "Transferring payload in multiple chunks"):
 *
 *     10000;chunk-signature=…\r\n <0x10000 bytes> \r\n … 0\r\n x-amz-checksum-crc32:…\r\n \r\n
 *
 * Yields the payload without copying it and puts the trailers, names in lower case, into `trailers`.
 * Signatures are not checked.
 * @throws S3Error IncompleteBody if the framing is broken or ends early
 */
export async function* decodeAwsChunked(options: {
  readonly source: AsyncIterable<Buffer>;
  readonly trailers: Map<string, string>;
}): AsyncGenerator<Buffer> {
  let expecting: "size" | "data" | "end of data" | "trailer" | "nothing" = "size";
  let remaining = 0;
  let line = "";
  for await (const buffer of options.source) {
    let at = 0;
    while (at < buffer.length) {
      if (expecting === "data") {
        const data = buffer.subarray(at, at + remaining);
        yield data;
        at += data.length;
        remaining -= data.length;
        if (remaining === 0) expecting = "end of data";
        continue;
      }
      const newline = buffer.indexOf(0x0a, at);
      const next = newline === -1 ? buffer.length : newline + 1;
      line += buffer.toString("latin1", at, next);
      at = next;
      if (line.length > maxLineLength || expecting === "nothing") throw malformed(expecting);
      if (newline === -1) break;
      if (!line.endsWith("\r\n")) throw malformed(expecting);
      const content = line.slice(0, -2);
      line = "";
      switch (expecting) {
        case "size":
          remaining = parseSize(content);
          expecting = remaining === 0 ? "trailer" : "data";
          break;
        case "end of data":
          if (content !== "") throw malformed(expecting);
          expecting = "size";
          break;
        case "trailer":
          if (content === "") expecting = "nothing";
          else addTrailer(content, options.trailers);
      }
    }
  }
  if (expecting !== "nothing") throw malformed(expecting);
}

function parseSize(line: string): number {
  const size = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(line)?.[1];
  if (size === undefined) throw malformed("size");
  return parseInt(size, 16);
}

function addTrailer(line: string, trailers: Map<string, string>): void {
  const colon = line.indexOf(":");
  if (colon < 1) throw malformed("trailer");
  trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
}

function malformed(expecting: string): Error {
  return s3Error(
    "IncompleteBody",
    `The aws-chunked body is malformed or ends early (expecting ${expecting}).`,
  );
}
