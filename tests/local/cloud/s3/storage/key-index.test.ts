import { expect } from "chai";
import fc from "fast-check";
import { compareUtf8, createKeyIndex } from "../../../../../local/cloud/s3/storage/key-index";

const anyKey = fc.string({ unit: "binary", maxLength: 6 });

describe("compareUtf8", () => {
  it("orders by UTF-8 bytes", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).to.equal(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it("puts an emoji after U+FFFD, unlike UTF-16", () => {
    expect(["😀", "\ufffd"].sort(compareUtf8)).to.deep.equal(["\ufffd", "😀"]);
    expect(["😀", "\ufffd"].sort()).to.deep.equal(["😀", "\ufffd"]);
  });
});

describe("A key index", () => {
  const change = fc.record({
    key: fc.constantFrom("a", "b", "c", "d", "e", "f", "g"),
    isDelete: fc.boolean(),
  });

  it("holds added and not deleted keys in order at any time", () => {
    fc.assert(
      fc.property(fc.array(change), fc.integer({ min: 1, max: 5 }), (changes, readEvery) => {
        const index = createKeyIndex(["e", "b"]);
        const model = new Set(["e", "b"]);
        changes.forEach(({ key, isDelete }, at) => {
          if (isDelete) index.delete(key);
          else if (!model.has(key)) index.add(key);
          if (isDelete) model.delete(key);
          else model.add(key);
          if (at % readEvery === 0) expect(index.sorted()).to.deep.equal([...model].sort());
        });
        expect(index.sorted()).to.deep.equal([...model].sort());
      }),
    );
  });

  it("merges a burst of new keys", () => {
    const index = createKeyIndex(["0500x", "0000x"]);
    const burst = Array.from({ length: 1000 }, (_, n) => String(n).padStart(4, "0")).reverse();
    for (const key of burst) index.add(key);
    expect(index.sorted()).to.deep.equal([...burst, "0500x", "0000x"].sort());
  });
});
