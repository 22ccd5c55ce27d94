import { expect } from "chai";
import fc from "fast-check";
import { cutCsv } from "../../../../domain/formats/csv/parts";

// eslint-disable-next-line @typescript-eslint/require-await -- a stream is asynchronous
async function* chunked(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function partsOf(
  text: string,
  minBytes: number,
  sizes: readonly number[] = [7],
): Promise<{ text: string; rows: number }[]> {
  const parts = [];
  for await (const { bytes, rows } of cutCsv(chunked(text, sizes), minBytes)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    parts.push({ text: Buffer.concat(chunks).toString(), rows: rows() });
  }
  return parts;
}

describe("The parts of a CSV stream", () => {
  it("are a single part for a small stream", async () => {
    expect(await partsOf("a,b\n1,2\n3,4\n", 100)).to.deep.equal([{ text: "a,b\n1,2\n3,4\n", rows: 2 }]);
  });

  it("are a single part with only the header when there is no record", async () => {
    expect(await partsOf("a,b\n", 1)).to.deep.equal([{ text: "a,b\n", rows: 0 }]);
  });

  it("each begin with the header and end with the first record that reaches the size", async () => {
    expect(await partsOf("a\n1\n2\n3\n4\n5\n", 6)).to.deep.equal([
      { text: "a\n1\n2\n", rows: 2 },
      { text: "a\n3\n4\n", rows: 2 },
      { text: "a\n5\n", rows: 1 },
    ]);
  });

  it("never split a quoted field with line feeds, also in a header", async () => {
    expect(await partsOf('"a\n""b"\n"1\n2"\n"""\n"\n', 1)).to.deep.equal([
      { text: '"a\n""b"\n"1\n2"\n', rows: 1 },
      { text: '"a\n""b"\n"""\n"\n', rows: 1 },
    ]);
  });

  it("contain the whole stream for any values, chunks and sizes", async () => {
    const value = fc.oneof(
      fc.constantFrom("", '""', "plain", '"quo""ted"', '"line\nbreak"', '"\n"', '"ä€😀"', '",\r\n"'),
      fc.string({ unit: fc.constantFrom("a", "b", "1") }),
    );
    const record = fc.array(value, { minLength: 2, maxLength: 2 }).map((values) => `${values.join(",")}\n`);
    await fc.assert(
      fc.asyncProperty(
        record,
        fc.array(record, { maxLength: 30 }),
        fc.integer({ min: 0, max: 120 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (header, records, minBytes, sizes) => {
          const parts = await partsOf(header + records.join(""), minBytes, sizes);

          expect(parts.map(({ text }) => text.slice(header.length)).join("")).to.equal(records.join(""));
          expect(parts.every(({ text }) => text.startsWith(header))).to.equal(true);
          expect(parts.reduce((sum, { rows }) => sum + rows, 0)).to.equal(records.length);
          const longest = Math.max(0, ...records.map((text) => Buffer.byteLength(text)));
          for (const [index, { text, rows }] of parts.entries()) {
            const size = Buffer.byteLength(text);
            expect(size).to.be.at.most(Math.max(minBytes, Buffer.byteLength(header)) + longest);
            if (index < parts.length - 1) expect([size >= minBytes, rows > 0]).to.deep.equal([true, true]);
          }
        },
      ),
    );
  });
});
