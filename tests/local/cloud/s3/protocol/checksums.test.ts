import { expect } from "chai";
import { createDigest } from "../../../../../local/cloud/s3/protocol/checksums";

/** Check values of "123456789": the CRC catalogue of Greg Cook; RFC 1321 and FIPS 180 by OpenSSL. */
const checkValues = {
  "content-md5": "25f9e794323b453885f5181f1b624d0b",
  "x-amz-checksum-crc32": "cbf43926",
  "x-amz-checksum-crc32c": "e3069283",
  "x-amz-checksum-crc64nvme": "ae8b14860a799888",
  "x-amz-checksum-md5": "25f9e794323b453885f5181f1b624d0b",
  "x-amz-checksum-sha1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  "x-amz-checksum-sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
};

describe("The digest of", () => {
  for (const [header, expected] of Object.entries(checkValues)) {
    it(`${header} matches its published check value in one or several pieces`, () => {
      const runInline = createDigest(header)!;
      runInline.update(Buffer.from("123456789"));
      const inPieces = createDigest(header)!;
      for (const piece of ["1", "", "2345", "6789"]) inPieces.update(Buffer.from(piece));

      expect(runInline.digest().toString("hex")).to.equal(expected);
      expect(inPieces.digest().toString("hex")).to.equal(expected);
    });
  }

  it("an unknown algorithm is undefined", () => {
    expect(createDigest("x-amz-checksum-xxhash3")).to.equal(undefined);
  });
});
