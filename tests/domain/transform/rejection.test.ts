import { expect } from "chai";
import { quote, reject, type Rejections } from "../../../domain/transform/rejection";

describe("A rejected row", () => {
  it("keeps its first reason", () => {
    const rejections: Rejections = new Map();
    reject(rejections, 3, { column: "a", reason: "first" });
    reject(rejections, 3, { column: "b", reason: "second" });

    expect([...rejections]).to.deep.equal([[3, { column: "a", reason: "first" }]]);
  });
});

describe("A value in a reason", () => {
  it("is quoted as JSON and shortened to its beginning", () => {
    expect(quote('a "b"\n')).to.equal('"a \\"b\\"\\n"');
    expect(quote("x".repeat(60))).to.equal(`"${"x".repeat(60)}"`);
    expect(quote("x".repeat(61))).to.equal(`"${"x".repeat(60)}…"`);
  });
});
