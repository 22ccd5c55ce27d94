import { expect } from "chai";
import { readKeyTexts } from "../../../domain/formats/csv/key-texts";
import { required, sourceTable } from "../../../domain/model/source";
import { decimal, integer, text } from "../../../domain/model/types";

const line = sourceTable("line", {
  key: ["code", "number"],
  columns: { note: text, number: required(decimal(6, 2), { formerly: ["no"] }), code: text },
});

async function keysOf(file: string, padded: readonly string[] = []): Promise<readonly string[]> {
  const keys: string[] = [];
  const bytes = new TextEncoder().encode(file);
  // eslint-disable-next-line @typescript-eslint/require-await -- simulates a network stream
  const chunks = (async function* () {
    yield bytes;
  })();
  for await (const some of readKeyTexts(chunks, line, { padded })) keys.push(...some);
  return keys;
}

describe("The key of a row as text", () => {
  it("has the columns of the key in its order, whatever else the file has in whatever order", async () => {
    expect(await keysOf('number,code,note\n1.50,"a,b",x\n2.00,c,\n')).to.deep.equal([
      '["a,b","1.50"]',
      '["c","2.00"]',
    ]);
  });

  it("is the same under an earlier name, of another type, and padded with blanks", async () => {
    expect(await keysOf("code,no\nc  ,1.5\n", ["code"])).to.deep.equal(await keysOf("number,code\n1.50,c\n"));
  });

  it("stays as it was written if it does not fit its type, and distinguishes NULL from the empty text", async () => {
    expect(await keysOf('code,number\nc,many\n,1\n"",1\n')).to.deep.equal([
      '["c","many"]',
      '[null,"1"]',
      '["","1.00"]',
    ]);
  });

  it("needs its columns", async () => {
    const other = sourceTable("other", { key: "id", columns: { id: integer } });
    const chunks = (async function* () {
      yield await Promise.resolve(new TextEncoder().encode("code\nc\n"));
    })();
    let message = "";
    try {
      for await (const keys of readKeyTexts(chunks, other, { padded: [] })) expect(keys).to.deep.equal([]);
    } catch (error) {
      message = String(error);
    }
    expect(message).to.match(/other has no column id/);
  });
});
