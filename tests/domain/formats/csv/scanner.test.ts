import { expect } from "chai";
import fc from "fast-check";
import { fieldText } from "../../../../domain/formats/csv/fields";
import { rawRecord, scanRecords } from "../../../../domain/formats/csv/scanner";
import { TerminalError } from "../../../../domain/errors";
import { anySizes, anyText } from "../../../support/formats/arbitraries";
import { chunked, csvOf, streamed } from "../../../support/formats/csv";
import { failureOf } from "../../../support/failure";

type Fields = readonly (string | null)[];

/** All results of the scanner, copied out of its memory. */
async function scanned(
  chunks: AsyncIterable<Uint8Array>,
  blockBytes?: number,
): Promise<{ records: Fields[]; raw: string[]; blocks: number }> {
  const records: Fields[] = [];
  const raw: string[] = [];
  let blocks = 0;
  for await (const found of scanRecords(chunks, blockBytes)) {
    blocks += 1;
    for (let record = 0; record < found.count; record++) {
      const first = record * found.width;
      records.push(Array.from({ length: found.width }, (_, index) => fieldText(found, first + index)));
      raw.push(rawRecord(found, record));
    }
  }
  return { records, raw, blocks };
}

describe("A field of CSV", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["is NULL when empty", "", null],
    ["is the empty text when quoted and empty", '""', ""],
    ["may be plain text", "abc", "abc"],
    ["keeps leading and trailing spaces", " a ", " a "],
    ["may be a quoted carriage return", '"a\rb"', "a\rb"],
    ["may be a quoted comma", '"a,b"', "a,b"],
    ["may be a quoted line feed", '"a\nb"', "a\nb"],
    ["reads a doubled quote as one", '"a""b"', 'a"b'],
    ["may be only quotes", '""""""', '""'],
    ["keeps a quote within plain text", 'a"b', 'a"b'],
    ["keeps a backslash", "\\N", "\\N"],
    ["may have characters of two, three and four bytes", "é漢😀", "é漢😀"],
    ["may start with a byte order mark", "\ufeffa", "\ufeffa"],
  ];
  for (const [what, written, value] of cases) {
    it(what, async () => {
      const csv = `first,middle,last\nx,${written},y\n${written},m,${written}\n`;

      const { records, raw } = await scanned(streamed(csv));

      expect(records.slice(1)).to.deep.equal([
        ["x", value, "y"],
        [value, "m", value],
      ]);
      expect(raw.slice(1)).to.deep.equal([`x,${written},y`, `${written},m,${written}`]);
    });
  }

  it("may be NULL alone on its line", async () => {
    expect((await scanned(streamed('only\n\n""\n'))).records).to.deep.equal([["only"], [null], [""]]);
  });
});

describe("A scan", () => {
  it("takes little memory for a small file, because a run may read hundreds of them", async () => {
    for await (const { bytes, starts } of scanRecords(streamed("id\n1\n"))) {
      expect(bytes.buffer.byteLength).to.be.at.most(64 * 1024);
      expect(starts.buffer.byteLength).to.be.at.most(64 * 1024);
    }
  });

  it("takes a chunk that is larger than its memory", async () => {
    const ids = Array.from({ length: 200_000 }, (_, index) => String(index));
    const { records } = await scanned(streamed(`id\n${ids.join("\n")}\n`));
    expect(records.map(([id]) => id)).to.deep.equal(["id", ...ids]);
  });
});

describe("A stream of CSV gives the same records", () => {
  const records: readonly Fields[] = [
    ["id", "na,me", 'q"'],
    ["1", "", null],
    [null, '"', "é漢😀"],
    ["22", 'a""b\n"', ""],
    [null, null, "\n"],
    ["long", "x".repeat(70), "end"],
  ];
  const csv = csvOf(records);
  const { length } = new TextEncoder().encode(csv);

  for (const blockBytes of [1, 2, 5, 17, 64, 1000]) {
    it(`when cut at any byte, in blocks of ${blockBytes}`, async () => {
      for (let cut = 0; cut <= length; cut++) {
        const { records: found } = await scanned(streamed(csv, cut), blockBytes);
        expect(found, `cut at byte ${cut}`).to.deep.equal(records);
      }
    });
  }

  it("in any chunks and blocks with any content of fields", async () => {
    const anyRecords = fc.integer({ min: 1, max: 6 }).chain((width) =>
      fc.array(fc.array(fc.option(anyText), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 20,
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        anyRecords,
        anySizes,
        fc.integer({ min: 1, max: 400 }),
        async (given, sizes, block) => {
          const chunks = chunked(new TextEncoder().encode(csvOf(given)), sizes);

          expect((await scanned(chunks, block)).records).to.deep.equal(given);
        },
      ),
    );
  });

  it("with a record longer than the block", async () => {
    const long = "é,".repeat(50_000);
    const given = [
      ["a", "b"],
      ["1", long],
      ["2", "short"],
    ];

    const { records: found } = await scanned(chunked(new TextEncoder().encode(csvOf(given)), [4096]), 1024);

    expect(found).to.deep.equal(given);
  });

  it("with little more memory than the size of its longest record", async () => {
    for (let size = 10_000; size < 30_000; size += 500) {
      const csv = new TextEncoder().encode(csvOf([["a"], ["x".repeat(size)], ["y".repeat(size)]]));
      let largest = 0;
      for await (const { bytes } of scanRecords(chunked(csv, [64]), 1000))
        largest = Math.max(largest, bytes.length);
      expect(largest).to.be.within(size, size * 1.7);
    }
  });

  it("with one block instead of the file in memory", async () => {
    const given = Array.from({ length: 5000 }, (_, row) => [String(row), "some text"]);

    const { records: found, blocks } = await scanned(
      chunked(new TextEncoder().encode(csvOf(given)), [1000]),
      4096,
    );

    expect(found).to.deep.equal(given);
    expect(blocks).to.be.within(15, 25);
  });

  it("with any number of fields in a block", async () => {
    const given = Array.from({ length: 10_000 }, (_, row) =>
      Array.from({ length: 8 }, (_x, i) => `${row * i}`),
    );

    const { records: found, blocks } = await scanned(streamed(csvOf(given)));

    expect(found).to.deep.equal(given);
    expect(blocks).to.equal(1);
  });
});

describe("Malformed CSV is refused with the number of the record", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["too few fields", "a,b,c\n1,2,3\n4,5\n", "CSV record 3 has 2 fields where the header has 3"],
    ["too many fields", "a,b\n1,2,3\n", "CSV record 2 has 3 fields where the header has 2"],
    ["text after a closing quote", 'a,b\n"x"y,2\n', "CSV record 2: text after a closing quote"],
    ["an end of file within a field", "a,b\n1,2\n3,4", "CSV record 3 is cut off: the file ends within it"],
    ["an end of file after a comma", "a,b\n1,", "CSV record 2 is cut off"],
    ["an end of file within quotes", 'a,b\n1,"2\n', "CSV record 2 is cut off"],
    ["an end of file after a closing quote", 'a,b\n1,"2"', "CSV record 2 is cut off"],
    ["an end of file within the header", "a,b", "CSV record 1 is cut off"],
    ["an empty file", "", "the CSV file is empty: it has no header"],
  ];
  for (const [what, csv, message] of cases) {
    it(what, async () => {
      for (const block of [1, 1000]) {
        const error = await failureOf(scanned(streamed(csv), block));

        expect(error).to.be.instanceOf(TerminalError);
        expect(error.message).to.include(message);
      }
    });
  }

  it("a bad record in a later block of a long file", async () => {
    const rows = Array.from({ length: 300 }, (_, row) => `${row},x\n`).join("");

    const error = await failureOf(scanned(chunked(new TextEncoder().encode(`a,b\n${rows}bad\n`), [7]), 50));

    expect(error.message).to.equal("CSV record 302 has 1 fields where the header has 2");
  });
});
