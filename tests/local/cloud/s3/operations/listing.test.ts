import { expect } from "chai";
import fc from "fast-check";
import { listPage } from "../../../../../local/cloud/s3/operations/listing";
import type { ListPage, ListQuery } from "../../../../../local/cloud/s3/operations/listing";

const everything: ListQuery = { prefix: "", delimiter: "", startAfter: "", maxKeys: 1000 };

function listAll(keys: readonly string[], query: ListQuery): ListPage[] {
  const pages: ListPage[] = [];
  for (
    let token: string | undefined;
    pages.length === 0 || token !== undefined;
    token = pages.at(-1)?.nextToken
  ) {
    pages.push(listPage(keys, { ...query, continuationToken: token }));
  }
  return pages;
}

describe("A listing", () => {
  const keys = ["a", "b/1", "b/2", "b/c/3", "d/4", "e"];

  it("groups keys below a delimiter into one common prefix each", () => {
    const page = listPage(keys, { ...everything, delimiter: "/" });
    expect(page).to.deep.equal({ keys: ["a", "e"], commonPrefixes: ["b/", "d/"], nextToken: undefined });
  });

  it("groups keys after the prefix", () => {
    const page = listPage(keys, { ...everything, prefix: "b/", delimiter: "/" });
    expect(page).to.deep.equal({ keys: ["b/1", "b/2"], commonPrefixes: ["b/c/"], nextToken: undefined });
  });

  it("starts after a key, which need not exist", () => {
    expect(listPage(keys, { ...everything, startAfter: "b/1" }).keys[0]).to.equal("b/2");
    expect(listPage(keys, { ...everything, startAfter: "b/1x" }).keys[0]).to.equal("b/2");
  });

  it("reports a next page only if there is one", () => {
    expect(listPage(keys, { ...everything, maxKeys: 6 }).nextToken).to.equal(undefined);
    expect(listPage(keys, { ...everything, maxKeys: 5 }).nextToken).to.be.a("string");
  });

  it("returns one empty page for zero keys", () => {
    expect(listPage(keys, { ...everything, maxKeys: 0 })).to.deep.equal({
      keys: [],
      commonPrefixes: [],
      nextToken: undefined,
    });
  });

  it("refuses a foreign token", () => {
    expect(() => listPage(keys, { ...everything, continuationToken: "b/1" })).to.throw("continuation token");
  });

  it("returns the same keys in pages of any size", () => {
    const key = fc.string({ unit: fc.constantFrom("a", "b", "/"), minLength: 1, maxLength: 5 });
    const query = fc.record({
      prefix: fc.constantFrom("", "a", "a/", "b"),
      delimiter: fc.constantFrom("", "/", "ab"),
      startAfter: fc.constantFrom("", "a", "a/b"),
      maxKeys: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 20 }), query, (unsorted, wanted) => {
        const sorted = unsorted.sort();
        const { prefix, delimiter, startAfter } = wanted;
        const matching = sorted.filter((name) => name.startsWith(prefix) && name > startAfter);
        const cut = (name: string) => (delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length));
        const plain = matching.filter((name) => cut(name) === -1);
        const rolled = matching.filter((name) => cut(name) !== -1);
        const prefixes = new Set(rolled.map((name) => name.slice(0, cut(name) + delimiter.length)));

        const pages = listAll(sorted, wanted);

        expect(pages.flatMap((page) => page.keys)).to.deep.equal(plain);
        expect(pages.flatMap((page) => page.commonPrefixes)).to.deep.equal([...prefixes]);
        for (const page of pages) {
          expect(page.keys.length + page.commonPrefixes.length).to.be.at.most(wanted.maxKeys);
        }
      }),
    );
  });

  it("reads few of a hundred thousand keys for a page of ten", () => {
    let looks = 0;
    const many = Array.from({ length: 100_000 }, (_, n) => `${n % 10}/${String(n).padStart(6, "0")}`).sort();
    const watched = new Proxy(many, {
      get(target, property) {
        if (typeof property === "string" && /^\d+$/.test(property)) looks++;
        return Reflect.get(target, property) as unknown;
      },
    });

    const { commonPrefixes } = listPage(watched, { ...everything, delimiter: "/" });
    const { keys: page } = listPage(watched, {
      ...everything,
      prefix: "7/",
      startAfter: "7/05",
      maxKeys: 10,
    });

    expect([commonPrefixes.length, page.length]).to.deep.equal([10, 10]);
    expect(looks).to.be.lessThan(300);
  });
});
