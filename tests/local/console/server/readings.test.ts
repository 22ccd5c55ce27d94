import { expect } from "chai";
import { keepReadings, type Read } from "../../../../local/console/server/readings";
import { Refusal } from "../../../../local/console/server/refusal";
import { failureOf } from "../../../support/failure";

const START = Date.UTC(2026, 2, 1, 10, 0);
/** The time this many minutes after the start of the console. */
const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

/** Reads at given minutes; `undefined` fails. */
function readings(): (minute: number, part: string, answer: string | undefined) => ReturnType<typeof read> {
  let now = START;
  const keep = keepReadings(() => new Date(now));
  return (minute, part, answer) => {
    now = START + minute * 60_000;
    return read(keep, part, answer);
  };
}

const read = (keep: Read, part: string, answer: string | undefined) =>
  keep("lake", [part], () =>
    answer === undefined ? Promise.reject(new Error("ECONNRESET")) : Promise.resolve(answer),
  );

describe("What the console read of a store", () => {
  it("has no problem while the store answers", async () => {
    const readAt = readings();
    expect(await readAt(1, "commits", "42")).to.deep.equal({
      last: { at: at(1), data: "42" },
      problem: null,
      consoleStartedAt: at(0),
    });
  });

  it("is shown with its time while the store does not answer, with since when, why and what to do", async () => {
    const readAt = readings();
    await readAt(1, "commits", "42");
    await readAt(2, "commits", undefined);
    const { last, problem } = await readAt(5, "commits", undefined);
    expect(last).to.deep.equal({ at: at(1), data: "42" });
    expect(problem).to.deep.include({ store: "lake", since: at(2), reason: "ECONNRESET" });
    expect(problem?.todo).to.match(/^Bring S3 back/);
  });

  it("is said to be missing if the store never answered", async () => {
    expect(await readings()(1, "commits", undefined)).to.deep.include({
      last: null,
      consoleStartedAt: at(0),
    });
  });

  it("cannot be read since the first failure of the store, in whatever part of it", async () => {
    const readAt = readings();
    await readAt(1, "head", undefined);
    expect((await readAt(9, "commits", undefined)).problem?.since).to.equal(at(1));
  });

  it("cannot be read since it failed itself, if other parts are readable", async () => {
    const readAt = readings();
    await readAt(1, "commits", undefined);
    await readAt(2, "head", "7");
    expect((await readAt(3, "commits", undefined)).problem?.since).to.equal(at(1));
    await readAt(4, "head", "7");
    expect((await readAt(5, "schemas", undefined)).problem?.since).to.equal(at(5));
  });

  it("has a new beginning of the problem after it was read again", async () => {
    const readAt = readings();
    await readAt(1, "commits", undefined);
    await readAt(2, "commits", "42");
    expect((await readAt(3, "commits", undefined)).problem?.since).to.equal(at(3));
  });

  it("may have become unreadable before the first attempt of the console, but not before an answer", async () => {
    const readAt = readings();
    const isVague = async (minute: number, part: string) =>
      (await readAt(minute, part, undefined)).problem?.orEarlier;
    expect(await isVague(1, "commits")).to.equal(true);
    expect(await isVague(2, "commits"), "the second attempt").to.equal(true);
    expect(await isVague(3, "head"), "another part of the store").to.equal(true);
    await readAt(4, "commits", "42");
    expect(await isVague(5, "commits")).to.equal(false);
    expect(await isVague(6, "schemas"), "the store failed before this part").to.equal(false);
  });

  it("differs from the same part of another store", async () => {
    const keep = keepReadings();
    await keep("lake", ["tables"], () => Promise.resolve("of the lake"));
    const { last, problem } = await keep("warehouse", ["tables"], () => Promise.reject(new Error("down")));
    expect(last).to.equal(null);
    expect(problem?.todo).to.match(/^Start its database/);
  });

  it("is kept for some parts only, those that were read last", async () => {
    const readAt = readings();
    for (let part = 0; part <= 100; part += 1) await readAt(1, String(part), "content");
    expect((await readAt(2, "0", undefined)).last).to.equal(null);
    expect((await readAt(2, "100", undefined)).last?.data).to.equal("content");
  });

  describe("when requests for a part overlap", () => {
    /** Begins a request at each minute. The test ends each of them. */
    const overlapping = () => {
      let now = START;
      const keep = keepReadings(() => new Date(now));
      return (minute: number) => {
        now = START + minute * 60_000;
        let end: (work: Promise<string>) => void = () => undefined;
        const reading = keep("lake", ["commits"], () => new Promise<string>((resolve) => (end = resolve)));
        return {
          answer: (data: string) => (end(Promise.resolve(data)), reading),
          fail: () => (end(Promise.reject(new Error("ECONNRESET"))), reading),
        };
      };
    };

    it("is the answer to the request that began last, not the one that ended last", async () => {
      const begin = overlapping();
      const [slow, quick] = [begin(1), begin(2)];
      await quick.answer("43");
      expect(await slow.answer("42")).to.deep.include({ last: { at: at(2), data: "43" }, problem: null });
      expect((await begin(3).fail()).last).to.deep.equal({ at: at(2), data: "43" });
    });

    it("has no problem if a request that began later has an answer", async () => {
      const begin = overlapping();
      const [slow, quick] = [begin(1), begin(2)];
      await quick.answer("43");
      expect(await slow.fail()).to.deep.include({ last: { at: at(2), data: "43" }, problem: null });
    });

    it("is shown with the problem if a request that began earlier has an answer", async () => {
      const begin = overlapping();
      const [early, late] = [begin(1), begin(2)];
      await early.answer("42");
      const { last, problem } = await late.fail();
      expect(last).to.deep.equal({ at: at(1), data: "42" });
      expect(problem?.reason).to.equal("ECONNRESET");
    });
  });

  it("remembers for some parts only since when they fail, those that failed last", async () => {
    const readAt = readings();
    for (let part = 0; part <= 100; part += 1) await readAt(1, String(part), undefined);
    await readAt(2, "head", "7");
    expect((await readAt(3, "100", undefined)).problem?.since).to.equal(at(1));
    await readAt(4, "head", "7");
    expect((await readAt(5, "0", undefined)).problem?.since).to.equal(at(5));
  });

  it("is not what a refused request says", async () => {
    const refused = keepReadings()("lake", [], () => Promise.reject(new Refusal(400, "no such bucket")));
    expect((await failureOf(refused)).message).to.equal("no such bucket");
  });
});
