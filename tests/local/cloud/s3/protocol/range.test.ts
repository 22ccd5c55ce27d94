import { expect } from "chai";
import { parseRange } from "../../../../../local/cloud/s3/protocol/range";

describe("A Range header, for an object of 10 bytes,", () => {
  const ranges: Record<string, ReturnType<typeof parseRange>> = {
    "bytes=0-0": { start: 0, end: 0 },
    "bytes=2-5": { start: 2, end: 5 },
    "bytes=2-": { start: 2, end: 9 },
    "bytes=2-99": { start: 2, end: 9 },
    "bytes=-3": { start: 7, end: 9 },
    "bytes=-99": { start: 0, end: 9 },
    "bytes=5-2": undefined,
    "bytes=-": undefined,
    "bytes=0-1,3-4": undefined,
    "rows=0-1": undefined,
  };
  for (const [header, range] of Object.entries(ranges)) {
    it(`"${header}" means ${range === undefined ? "all" : `${range.start} to ${range.end}`}`, () => {
      expect(parseRange(header, 10)).to.deep.equal(range);
    });
  }

  for (const header of ["bytes=10-", "bytes=10-12", "bytes=-0"]) {
    it(`"${header}" cannot be satisfied`, () => {
      expect(() => parseRange(header, 10))
        .to.throw()
        .that.includes({ code: "InvalidRange", statusCode: 416 });
    });
  }

  it("cannot be satisfied if the object is empty", () => {
    expect(() => parseRange("bytes=0-", 0))
      .to.throw()
      .that.includes({ code: "InvalidRange" });
  });
});
