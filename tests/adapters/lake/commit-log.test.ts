import { expect } from "chai";
import * as z from "zod";
import { commitLog, writableLog } from "../../../adapters/lake/commit-log";
import type { ObjectStore } from "../../../adapters/lake/object-store";
import { commitKey, commitNumber, headKey } from "../../../domain/log/keys";
import { failureOf } from "../../support/failure";

const commit = z.object({ says: z.string() });

/** A bucket in memory that records which requests ran in parallel. */
class Bucket {
  readonly objects = new Map<string, string>();
  readonly rounds: string[][] = [];
  /** The key that cannot be written. */
  refused: string | undefined;
  private round: string[] | undefined;

  /** Groups the requests before the first answer into one round. */
  private async ask<T>(what: string, answer: () => T): Promise<T> {
    if (this.round === undefined) this.rounds.push((this.round = []));
    this.round.push(what);
    await new Promise((resolve) => setImmediate(resolve));
    this.round = undefined;
    return answer();
  }

  readonly store = {
    bucket: "marble-dev-ingestion",
    get: (key: string) => this.ask(key, () => this.objects.get(key)),
    firstKey: (prefix: string) =>
      this.ask(prefix, () => [...this.objects.keys()].sort().find((key) => key.startsWith(prefix))),
    putIfAbsent: (key: string, body: string) =>
      this.ask(`put ${key}`, () => {
        if (key === this.refused) throw new Error(`${key} was refused`);
        if (this.objects.has(key)) return false;
        this.objects.set(key, body);
        return true;
      }),
  } as unknown as ObjectStore;
}

const number = commitNumber;

describe("A commit log", () => {
  let bucket: Bucket;
  beforeEach(() => {
    bucket = new Bucket();
  });
  const log = () => commitLog(bucket.store, commit);
  let warned: string[];
  beforeEach(() => {
    warned = [];
  });
  const own = () => writableLog(bucket.store, commit, { warn: (message) => void warned.push(message) });
  const has = (count: number, marked = count): void => {
    for (let at = 1; at <= count; at++) bucket.objects.set(commitKey(number(at)), `{"says":"${at}"}`);
    for (let at = 1; at <= marked; at++) bucket.objects.set(headKey(number(at)), String(at));
  };

  it("needs two requests to find that it is empty", async () => {
    expect(await log().head()).to.equal(undefined);
    expect(bucket.rounds).to.deep.equal([["heads/"], [commitKey(number(1))]]);
  });

  it("finds its head in two rounds at any length", async () => {
    has(1200);
    expect(await log().head()).to.deep.equal({ number: 1200, commit: { says: "1200" } });
    expect(bucket.rounds).to.deep.equal([["heads/"], [commitKey(number(1200)), commitKey(number(1201))]]);
  });

  for (const [what, marked] of [
    ["lags behind", 2],
    ["is missing", 0],
  ] as const) {
    it(`finds its head without writing when the index ${what}, and repairs the index with the next commit`, async () => {
      has(5, marked);
      expect(await own().head()).to.deep.equal({ number: 5, commit: { says: "5" } });
      expect(bucket.rounds.flat().join()).not.to.include("put");

      await own().append(number(6), { says: "6" });
      bucket.rounds.length = 0;
      expect(await log().head()).to.deep.equal({ number: 6, commit: { says: "6" } });
      expect(bucket.rounds).to.have.lengthOf(2);
    });
  }

  it("keeps a commit whose head could not be written and logs a warning", async () => {
    has(1);
    bucket.refused = headKey(number(2));
    expect(await own().append(number(2), { says: "2" })).to.equal(true);
    expect(warned).to.deep.equal([
      "the commit could not be marked as the newest; the next commit repairs the index",
    ]);
    expect(await log().head()).to.deep.equal({ number: 2, commit: { says: "2" } });
  });

  it("adds no commit when the object could not be created", async () => {
    bucket.refused = commitKey(number(1));
    expect((await failureOf(own().append(number(1), { says: "1" }))).message).to.include("refused");
    expect(bucket.objects.size).to.equal(0);
  });

  it("names a missing commit and how to restore it", async () => {
    has(3);
    bucket.objects.delete(commitKey(number(3)));
    const { message } = await failureOf(log().head());
    expect(message).to.equal(
      `${commitKey(number(3))} is missing from the bucket marble-dev-ingestion: restore it from its versions`,
    );
  });

  it("gives each number to one run only", async () => {
    has(1);
    expect(await own().append(number(2), { says: "mine" })).to.equal(true);
    expect(await own().append(number(2), { says: "late" })).to.equal(false);
    expect(await log().read(number(2))).to.deep.equal({ says: "mine" });
    expect((await log().head())?.number).to.equal(2);
  });

  it("names an object that it cannot read", async () => {
    has(1);
    bucket.objects.set(commitKey(number(1)), `{"says":1}`);
    expect((await failureOf(log().head())).message).to.include(commitKey(number(1)));
  });
});
