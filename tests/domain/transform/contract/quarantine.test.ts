import { expect } from "chai";
import type { TableCapture } from "../../../../domain/log/commit";
import { commitNumber } from "../../../../domain/log/keys";
import { sourceTable } from "../../../../domain/model/source";
import { integer, text } from "../../../../domain/model/types";
import { admit, stillWaits, waitingCommits } from "../../../../domain/transform/contract/quarantine";
import { capture, ingested } from "../../../support/pipeline/commits";

const design = sourceTable("design", { key: "id", columns: { id: integer, name: text } });
const withColumns = (...names: string[]): TableCapture =>
  capture({ columns: names.map((name) => ({ name, type: name === "id" ? "integer" : "text" })) });
const good = withColumns("id", "name", "more");
const bad = withColumns("id");
const absent = capture({ mode: "absent", absent: "the table is gone" });
const read = { contract: design, readsDeletes: false };
type Waiting = Parameters<typeof admit>[1];
const admitted = (of: Waiting): ReturnType<typeof admit> => admit(read, of, of.at(-1)?.capture);
const waiting = (...captures: readonly (TableCapture | undefined)[]) =>
  captures.map((one, index) => ({ number: commitNumber(index + 4), capture: one }));

describe("A table is processed", () => {
  it("in order as long as its captures fit the contract", () => {
    expect(admitted(waiting(good, good))).to.deep.equal({
      captures: [
        { number: 4, capture: good },
        { number: 5, capture: good },
      ],
      quarantine: undefined,
    });
  });

  it("up to the first capture that does not fit, and later captures wait", () => {
    expect(admitted(waiting(good, bad, good))).to.deep.equal({
      captures: [{ number: 4, capture: good }],
      quarantine: { since: 5, breaches: ["column name is missing"] },
    });
  });

  it("not while the table is missing", () => {
    expect(admitted(waiting(good, absent, absent))).to.deep.equal({
      captures: [{ number: 4, capture: good }],
      quarantine: { since: 6, breaches: ["table design is missing: the table is gone"] },
    });
    expect(admitted(waiting(undefined)).quarantine).to.deep.equal({
      since: 4,
      breaches: ["table design is missing: the source never had it"],
    });
  });

  it("when it is back, without waiting for the commits in which it was missing", () => {
    expect(admitted(waiting(undefined, absent, good))).to.deep.equal({
      captures: [{ number: 6, capture: good }],
      quarantine: undefined,
    });
  });

  it("not past a capture that does not fit, although the table was missing since", () => {
    expect(admitted(waiting(bad, absent, good)).quarantine).to.deep.equal({
      since: 4,
      breaches: ["column name is missing"],
    });
  });

  it("as nothing when there is nothing to process", () => {
    expect(admitted([])).to.deep.equal({ captures: [], quarantine: undefined });
  });
});

describe("A table whose contract key does not identify its rows", () => {
  const keyed = (key: string[], unique: string[][] = []): TableCapture => ({ ...good, key, unique });
  const breach =
    "nothing in the source prevents two rows of design with the same id, which the contract says is the key; " +
    "its primary key is name: make name the key of the contract, or add a unique constraint on (id) to design in the source";

  it("waits with its earlier unprocessed captures", () => {
    const of = waiting(keyed(["id"]), keyed(["name"]));
    expect(admitted(of)).to.deep.equal({ captures: [], quarantine: { since: 4, breaches: [breach] } });
    expect(stillWaits(read, of[0]!, of[1]!.capture)).to.equal(true);
  });

  it("is processed with all waiting captures once the source has such a key", () => {
    const of = waiting(keyed(["name"]), keyed(["name"], [["id"]]));
    expect(admitted(of).captures.map(({ number }) => number)).to.deep.equal([4, 5]);
    expect(stillWaits(read, of[0]!, of[1]!.capture)).to.equal(false);
  });

  it("waits while it is missing, too", () => {
    const of = waiting(keyed(["name"]), absent);
    expect(admitted(of)).to.deep.equal({ captures: [], quarantine: { since: 4, breaches: [breach] } });
  });
});

describe("Later captures of a waiting table", () => {
  for (const [what, capture, waits] of [
    ["wait while the first does not fit", bad, true],
    ["are processed once the first fits", good, false],
    ["are processed when the first reports the table missing", absent, false],
    ["are processed when the first does not know the table", undefined, false],
  ] as const) {
    it(what, () => {
      const [first, ...later] = waiting(capture, good, bad);
      expect(stillWaits(read, first!, bad)).to.equal(waits);
      if (waits) expect(admitted([first!, ...later])).to.deep.equal(admitted([first!]));
    });
  }
});

describe("The waiting commits of a table", () => {
  it("are the current commit at first", () => {
    expect(waitingCommits(undefined, ingested({ number: 7 }))).to.deep.equal([7]);
  });

  it("are all commits since its quarantine began", () => {
    expect(waitingCommits({ since: 5, breaches: [] }, ingested({ number: 7 }))).to.deep.equal([5, 6, 7]);
  });
});
