import { expect } from "chai";
import fc from "fast-check";
import { keysAsCsv, readKeys } from "../../../../domain/formats/csv/fields";
import { anyText } from "../../../support/formats/arbitraries";
import { streamed } from "../../../support/formats/csv";
import { failureOf } from "../../../support/failure";

async function keysIn(csv: string, key: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of readKeys(streamed(csv), key)) keys.push(...some.map(String));
  return keys;
}

const written = (keys: Iterable<string>, key: readonly string[]): string =>
  Buffer.concat([...keysAsCsv(keys, key)]).toString();

describe("The keys of a CSV file", () => {
  it("are texts found by column name", async () => {
    expect(await keysIn('name,id\n"a, b",7\n,8\n', ["id"])).to.deep.equal(["7", "8"]);
  });

  it("of several columns are distinct, in the order of the key", async () => {
    const csv = 'b,x,"a, 1"\n2,z,"q""r"\n3,,\nab,,c\nb,,ca\n';

    const keys = await keysIn(csv, ["a, 1", "b"]);

    expect(keys).to.deep.equal(['q"r\0' + "2", "\0" + "3", "c\0ab", "ca\0b"]);
    expect(new Set(keys)).to.have.property("size", 4);
  });

  it("cannot be read from a file without key columns", async () => {
    expect((await failureOf(keysIn("id\n1\n", ["id", "part"]))).message).to.equal(
      "the file has no key column part",
    );
  });
});

describe("Keys written as CSV", () => {
  it("have a header and are quoted, because a key is never NULL", () => {
    expect(written(["7", 'a"b', ""], ["id"])).to.equal('"id"\n"7"\n"a""b"\n""\n');
  });

  it("are only a header when there are no keys", () => {
    expect(written([], ["id", "part"])).to.equal('"id","part"\n');
  });

  it("are read back unchanged with any content", async () => {
    const names = ["id", "part,"];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyText, anyText)), async (parts) => {
        const keys = parts.map((texts) => texts.join("\0"));

        expect(await keysIn(written(keys, names), names)).to.deep.equal(keys);
      }),
    );
  });

  it("are passed on in pieces when there are many", async () => {
    const keys = Array.from({ length: 25_000 }, (_, index) => String(index));

    expect([...keysAsCsv(keys, ["id"])]).to.have.length(3);
    expect(await keysIn(written(keys, ["id"]), ["id"])).to.deep.equal(keys);
  });
});
