import { expect } from "chai";
import type { IngestCommit } from "../../../../domain/log/commit";
import type { ConsoleContext } from "../../../../local/console/server/context";
import { keepReadings, type Read } from "../../../../local/console/server/readings";
import { readCommits } from "../../../../local/console/views/commits";
import type { Ledger } from "../../../../local/console/views/ledger";
import { ingested } from "../../../support/pipeline/commits";

const AT = new Date(Date.UTC(2026, 2, 1, 10, 0));

/** A lake, and a warehouse that has loaded all of its commits. Each grows or breaks when the test says so. */
function newConsole(): { readonly context: ConsoleContext; newest: number; isUp: boolean } {
  const keep = keepReadings();
  const state = { newest: 2, isUp: true };
  const ledger = (): Promise<Ledger> =>
    state.isUp
      ? Promise.resolve({
          newest: state.newest,
          waiting: 0,
          commits: new Map(numbers(state.newest).map((number) => [number, { at: AT, rows: 5 }])),
        })
      : Promise.reject(new Error("ECONNREFUSED"));
  const read: Read = (store, part, work) =>
    keep(store, part, store === "warehouse" ? (ledger as unknown as typeof work) : work);
  const commitAt = (number: number): IngestCommit => ingested({ number });
  const context = {
    read,
    lake: {
      buckets: { ingestion: "lake" },
      ingested: {
        head: () => Promise.resolve({ number: state.newest, commit: commitAt(state.newest) }),
        read: (number: number) => Promise.resolve(commitAt(number)),
      },
      processed: { read: () => Promise.resolve(undefined) },
    },
    history: { runs: () => [] },
  } as unknown as ConsoleContext;
  return Object.assign(state, { context });
}

const numbers = (newest: number): readonly number[] =>
  Array.from({ length: newest }, (_, index) => index + 1);

describe("The console's list of the commits", () => {
  it("still shows which commits were loaded, when the warehouse stops and new commits arrive", async () => {
    const given = newConsole();
    const loads = async (): Promise<readonly (readonly [number, number | undefined])[]> => {
      const { list } = await readCommits(given.context, undefined);
      return (list.last?.data.commits ?? []).map(({ number, load }) => [number, load?.rows]);
    };
    expect(await loads()).to.deep.equal([
      [2, 5],
      [1, 5],
    ]);
    Object.assign(given, { newest: 3, isUp: false });
    expect(await loads()).to.deep.equal([
      [3, undefined],
      [2, 5],
      [1, 5],
    ]);
  });
});
