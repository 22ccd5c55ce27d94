import { expect } from "chai";
import { readLines } from "../../../domain/formats/lines";

/** The bytes of a text, in chunks. */
// eslint-disable-next-line @typescript-eslint/require-await -- simulates a network stream
async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const CASES: readonly (readonly [text: string, lines: readonly string[]])[] = [
  ["", []],
  ["one", ["one"]],
  ["one\ntwo\n", ["one", "two"]],
  ["one\n\nthree", ["one", "", "three"]],
  ["naïve 💰\nzwei\n", ["naïve 💰", "zwei"]],
];

describe("The lines of a text that comes in chunks", () => {
  for (const [text, lines] of CASES) {
    it(`are those of ${JSON.stringify(text)}, however it is cut`, async () => {
      for (const size of [1, 2, 3, 100]) {
        const read: string[] = [];
        for await (const line of readLines(chunks(text, size))) read.push(line);
        expect(read).to.deep.equal(lines);
      }
    });
  }
});
