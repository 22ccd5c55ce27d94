import { expect } from "chai";
import { quoted, reject, type Rejections } from "../../../domain/transform/rejection";

describe("A rejected row", () => {
  it("keeps its first reason", () => {
    const rejections: Rejections = new Map();
    reject(rejections, 3, { column: "a", reason: "first" });
    reject(rejections, 3, { column: "b", reason: "second" });

    expect([...rejections]).to.deep.equal([[3, { column: "a", reason: "first" }]]);
  });
});

describe("A value in a reason", () => {
  it("is quoted as JSON, and no more than the beginning of a long one", () => {
    expect(quoted('a "b"\n')).to.equal('"a \\"b\\"\\n"');
    expect(quoted("x".repeat(60))).to.equal(`"${"x".repeat(60)}"`);
    expect(quoted("x".repeat(61))).to.equal(`"${"x".repeat(60)}…"`);
  });
});
