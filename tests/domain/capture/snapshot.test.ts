import { expect } from "chai";
import { TerminalError } from "../../../domain/errors";
import {
  HORIZON_LIFETIME,
  horizonIsOld,
  nothingWritten,
  parseSnapshot,
  rowXid,
  wentBackwards,
} from "../../../domain/capture/snapshot";

describe("A snapshot in PostgreSQL's text format", () => {
  it("is read with and without transactions in progress", () => {
    expect(parseSnapshot("10:20:11,15")).to.deep.equal({ xmin: 10n, xmax: 20n, inProgress: [11n, 15n] });
    expect(parseSnapshot("10:10:")).to.deep.equal({ xmin: 10n, xmax: 10n, inProgress: [] });
  });

  it("is read with ids beyond 53 bits", () => {
    expect(parseSnapshot("18446744073709551614:18446744073709551615:").xmax).to.equal(2n ** 64n - 1n);
  });

  for (const text of [
    "",
    "10",
    "10:20",
    "10;20;",
    "10:20:11,",
    "10:20:,11",
    "a:b:",
    "-1:2:",
    "10:20:11 ",
    "10:20:\n",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(() => parseSnapshot(text)).to.throw(TerminalError, `"${text}" is not a PostgreSQL snapshot`);
    });
  }
});

describe("Between two snapshots", () => {
  const cases: readonly (readonly [string, string, string, boolean, boolean])[] = [
    // what, earlier, later, nothing written, went backwards
    ["nobody wrote when both are equal without transactions in progress", "20:20:", "20:20:", true, false],
    ["somebody wrote when the next id has moved", "20:20:", "21:21:", false, false],
    ["somebody is writing", "20:20:", "20:21:20", false, false],
    ["the same transaction is still writing", "19:20:19", "19:20:19", false, false],
    ["a transaction in progress has ended", "19:20:19", "20:20:", false, false],
    ["time went back by the next id", "20:20:", "19:19:", false, true],
    ["time went back by the horizon alone", "20:25:20", "19:25:19", false, true],
    ["time went forward although the next id is the same", "19:25:19", "20:25:20", false, false],
  ];
  for (const [what, earlier, later, nothing, backwards] of cases) {
    it(what, () => {
      const [a, b] = [parseSnapshot(earlier), parseSnapshot(later)];
      expect({ nothing: nothingWritten(a, b), backwards: wentBackwards(a, b) }).to.deep.equal({
        nothing,
        backwards,
      });
    });
  }
});

describe("The id of a transaction in a row", () => {
  it("is the low 32 bits of the full id", () => {
    expect([7n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 40n + 5n].map(rowXid)).to.deep.equal([
      "7",
      "4294967295",
      "0",
      "5",
    ]);
  });
});

describe("A horizon", () => {
  it("is old after half of the comparable ids", () => {
    const at = (xid: bigint) => ({ xmin: xid, xmax: xid, inProgress: [] });
    expect(horizonIsOld(at(100n), at(100n + HORIZON_LIFETIME))).to.equal(false);
    expect(horizonIsOld(at(100n), at(101n + HORIZON_LIFETIME))).to.equal(true);
    expect(HORIZON_LIFETIME < 2n ** 31n).to.equal(true);
  });
});
