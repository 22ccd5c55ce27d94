import { Readable } from "node:stream";
import { expect } from "chai";
import { decodeAwsChunked } from "../../../../../local/cloud/s3/protocol/aws-chunked";

async function decode(...pieces: Buffer[]) {
  const trailers = new Map<string, string>();
  const decoded: Buffer[] = [];
  for await (const chunk of decodeAwsChunked({ source: Readable.from(pieces), trailers }))
    decoded.push(chunk);
  return { payload: Buffer.concat(decoded).toString("latin1"), trailers: Object.fromEntries(trailers) };
}

const signed =
  "5;chunk-signature=aa\r\nhel\r\n\r\n" +
  "A;chunk-signature=bb\r\n0123456789\r\n" +
  "0;chunk-signature=cc\r\n" +
  "x-amz-checksum-crc32: AAAAAA==\r\nX-Amz-Trailer-Signature:dd\r\n\r\n";

describe("An aws-chunked body", () => {
  it("is decoded exactly wherever the network cuts it", async () => {
    const encoded = Buffer.from(signed);
    for (let cut = 0; cut <= encoded.length; cut++) {
      expect(await decode(encoded.subarray(0, cut), encoded.subarray(cut))).to.deep.equal({
        payload: "hel\r\n0123456789",
        trailers: { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-trailer-signature": "dd" },
      });
    }
  });

  it("is decoded when it arrives byte by byte", async () => {
    const { payload } = await decode(...[...Buffer.from(signed)].map((byte) => Buffer.from([byte])));
    expect(payload).to.equal("hel\r\n0123456789");
  });

  it("may be empty and without signatures or trailers", async () => {
    expect(await decode(Buffer.from("0\r\n\r\n"))).to.deep.equal({ payload: "", trailers: {} });
  });

  it("is refused wherever it ends early", async () => {
    for (let length = 0; length < signed.length; length++) {
      const failure: unknown = await decode(Buffer.from(signed.slice(0, length))).catch(
        (error: unknown) => error,
      );
      expect(failure, `after ${length} bytes`).to.include({ code: "IncompleteBody", statusCode: 400 });
    }
  });

  const malformed = {
    "a size that is not a number": "x\r\n\r\n",
    "a size that is negative": "-1\r\n\r\n",
    "a line without a carriage return": "0\n\n",
    "data longer than its size": "2\r\nabc\r\n0\r\n\r\n",
    "data shorter than its size": "4\r\nabc\r\n0\r\n\r\n",
    "a trailer without a colon": "0\r\ntrailer\r\n\r\n",
    "bytes behind the end": "0\r\n\r\n0\r\n\r\n",
    "a line without an end": "0".repeat(10_000),
  };
  for (const [what, body] of Object.entries(malformed)) {
    it(`is refused with ${what}`, async () => {
      const failure: unknown = await decode(Buffer.from(body)).catch((error: unknown) => error);
      expect(failure).to.include({ code: "IncompleteBody" });
    });
  }
});
