import { expect } from "chai";
import { ingestCommit, parseCommit, processCommit } from "../../../domain/log/commit";
import { TerminalError } from "../../../domain/errors";
import { capture, ingested, processed } from "../../support/pipeline/commits";

const KEY = "commits/0000000003.json";

describe("A commit", () => {
  it("is unchanged after writing and reading as JSON", () => {
    expect(parseCommit(ingestCommit, JSON.stringify(ingested()), KEY)).to.deep.equal(ingested());
    expect(parseCommit(processCommit, JSON.stringify(processed()), KEY)).to.deep.equal(processed());
  });

  it("names the snapshot to continue from, or none, for a held table", () => {
    for (const snapshot of ["5:5:", null]) {
      const held = ingested({
        tables: { staff: capture({ mode: "held", held: { snapshot, overlap: [], reason: "emptied" } }) },
      });
      expect(parseCommit(ingestCommit, JSON.stringify(held), KEY)).to.deep.equal(held);
    }
  });
});

describe("An invalid commit is refused with the object and the problem", () => {
  it("when it is not JSON, keeping the cause", () => {
    for (const text of ["", "{", "<html>"]) {
      expect(() => parseCommit(ingestCommit, text, KEY))
        .to.throw(
          TerminalError,
          `${KEY} is not valid JSON; it was probably not written by Marble: delete the object`,
        )
        .with.property("cause")
        .that.is.instanceOf(SyntaxError);
    }
  });

  const cases: readonly (readonly [string, object, RegExp])[] = [
    ["of a newer format", { version: 2 }, /expected 1[^]*at version/],
    ["without a number", { number: undefined }, /at number/],
    ["with an invalid number", { number: 0 }, /at number/],
    ["with an invalid lake", { lake: "mine" }, /at lake/],
    ["with an invalid time", { createdAt: "yesterday" }, /at createdAt/],
    ["without a snapshot", { snapshot: undefined }, /at snapshot/],
    ["without tables", { tables: undefined }, /at tables/],
    [
      "with a file without a key",
      { tables: { staff: capture({ files: [{ key: "", rows: 1, bytes: 1 }] }) } },
      /at tables\.staff\.files\[0\]\.key/,
    ],
    [
      "with a negative number of rows",
      { tables: { staff: capture({ rows: -1 }) } },
      /at tables\.staff\.rows/,
    ],
    ["with an unknown mode", { tables: { staff: { ...capture(), mode: "some" } } }, /at tables\.staff\.mode/],
  ];
  for (const [what, over, problem] of cases) {
    it(what, () => {
      expect(() => parseCommit(ingestCommit, JSON.stringify({ ...ingested(), ...over }), KEY))
        .to.throw(TerminalError, `${KEY} is not a commit that this version of Marble can read`)
        .with.property("message")
        .that.matches(problem);
    });
  }

  it("when it belongs to the other stage", () => {
    expect(() => parseCommit(processCommit, JSON.stringify(ingested()), KEY)).to.throw(
      TerminalError,
      "at capturedAt",
    );
    expect(() => parseCommit(ingestCommit, JSON.stringify(processed()), KEY)).to.throw(
      TerminalError,
      "at snapshot",
    );
  });
});
