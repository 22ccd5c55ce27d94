import { expect } from "chai";
import fc from "fast-check";
import { TerminalError } from "../../../domain/errors";
import {
  commitKey,
  commitNumber,
  commitOfHeadKey,
  COMMITS_PREFIX,
  dataKey,
  FIRST_COMMIT,
  headKey,
  HEADS_PREFIX,
  nextCommit,
} from "../../../domain/log/keys";

const LAST = 9_999_999_998;
const anyNumber = fc.integer({ min: 1, max: LAST }).map(commitNumber);

describe("The number of a commit", () => {
  it("starts at one and increases by one", () => {
    expect(nextCommit(undefined)).to.equal(1);
    expect(nextCommit(FIRST_COMMIT)).to.equal(2);
    expect(() => nextCommit(commitNumber(LAST))).to.throw("invalid commit number 9999999999");
  });

  for (const number of [0, -1, 1.5, NaN, Infinity, LAST + 1]) {
    it(`is not ${number}`, () => {
      expect(() => commitNumber(number)).to.throw(
        TerminalError,
        `invalid commit number ${number}; commits are numbered 1, 2, 3, …`,
      );
    });
  }
});

describe("The keys of a commit log", () => {
  it("sort as their commits do, for commits", () => {
    expect(commitKey(commitNumber(100))).to.equal("commits/0000000100.json");
    fc.assert(fc.property(anyNumber, anyNumber, (a, b) => commitKey(a) < commitKey(b) === a < b));
  });

  it("sort the newest first, for heads", () => {
    expect(headKey(FIRST_COMMIT)).to.equal("heads/9999999998");
    fc.assert(fc.property(anyNumber, anyNumber, (a, b) => headKey(a) < headKey(b) === a > b));
  });

  it("lead from a head to its commit", () => {
    fc.assert(fc.property(anyNumber, (number) => commitOfHeadKey(headKey(number)) === number));
  });

  it("lie under separate prefixes", () => {
    expect(commitKey(FIRST_COMMIT).startsWith(COMMITS_PREFIX)).to.equal(true);
    expect(headKey(FIRST_COMMIT).startsWith(HEADS_PREFIX)).to.equal(true);
  });

  for (const key of [
    "heads/",
    "heads/x",
    "heads/123",
    "heads/00000000001",
    "commits/0000000001",
    "xheads/0000000001",
  ]) {
    it(`do not include ${key}`, () => {
      expect(() => commitOfHeadKey(key)).to.throw(
        TerminalError,
        `${key} is not a head of a commit log; remove it from the bucket`,
      );
    });
  }

  it("refuse a head for an invalid commit number", () => {
    for (const key of ["heads/9999999999", "heads/0000000000"])
      expect(() => commitOfHeadKey(key)).to.throw(TerminalError, "invalid commit number");
  });
});

describe("The key of a data file", () => {
  const at = new Date("2026-11-03T04:05:09.023Z");

  it("has the day in UTC, the table, and the time with milliseconds", () => {
    expect(dataKey({ at, table: "sales_order", extension: "csv" })).to.equal(
      "2026/11/03/sales_order/040509.023.csv",
    );
  });

  it("begins with a folder for files other than table data", () => {
    expect(dataKey({ at, table: "staff", extension: "ndjson", folder: "rejected" })).to.equal(
      "rejected/2026/11/03/staff/040509.023.ndjson",
    );
  });

  it("encodes special characters, so that no table writes into the folder of another", () => {
    expect(dataKey({ at, table: 'a/b "c":é', extension: "csv" })).to.equal(
      "2026/11/03/a%2Fb%20%22c%22%3A%C3%A9/040509.023.csv",
    );
  });

  it("has no colon and sorts by time", () => {
    const anyTime = fc.date({
      min: new Date("1970-01-01"),
      max: new Date("9999-12-31"),
      noInvalidDate: true,
    });
    const key = (time: Date): string => dataKey({ at: time, table: "t:t", extension: "csv" });
    fc.assert(
      fc.property(anyTime, anyTime, (a, b) => {
        expect(key(a)).not.to.include(":");
        expect(key(a) < key(b)).to.equal(a < b);
      }),
    );
  });
});
