import { expect } from "chai";
import fc from "fast-check";
import { parseBytes, printedBytes } from "../../../domain/formats/hex";

const parsed = (text: string): Uint8Array | undefined => parseBytes(Buffer.from(text), 0, text.length);

describe("Bytes in PostgreSQL's hex format", () => {
  it("are unchanged after printing and reading", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parsed(printedBytes(bytes))).to.deep.equal(bytes);
      }),
    );
  });

  it("are a backslash, an x and two digits for each byte, read in either case", () => {
    expect(printedBytes(Uint8Array.of(0, 255, 92))).to.equal("\\x00ff5c");
    expect(parsed("\\x00FF5c")).to.deep.equal(Uint8Array.of(0, 255, 92));
  });

  for (const text of ["", "00", "\\x0", "\\x0g", "\\X00", "abc\\000"]) {
    it(`are not ${JSON.stringify(text)}`, () => {
      expect(parsed(text)).to.equal(undefined);
    });
  }
});
