import { expect } from "chai";
import type { RowSince } from "../../../../local/console/api";
import { outcomeOf } from "../../../../local/console/views/row-outcomes";

const row = { table: "payment", target: "fact_payment", key: '["1"]', commit: 5 };
const undecoded = { ...row, target: null };
const other = { ...row, key: '["2"]' };
const rejected = (commit: number, of: object = row) => ({ ...row, ...of, commit });
const came = (commit: number, of: object = row) => ({ ...row, ...of, commit, deleted: false });

interface Seen {
  readonly rejected?: readonly ReturnType<typeof rejected>[];
  readonly came?: readonly ReturnType<typeof came>[];
  readonly missing?: readonly (typeof row | typeof undecoded)[];
}

const CASES: readonly (readonly [what: string, seen: Seen, since: RowSince])[] = [
  ["is missing while the newest commit says so", { missing: [row, other] }, { state: "missing" }],
  ["is not known where process does not follow it", { missing: [other] }, { state: "unknown" }],
  ["was corrected by a later commit", { came: [came(7)] }, { state: "corrected", commit: 7 }],
  ["was deleted in the source", { came: [{ ...came(7), deleted: true }] }, { state: "deleted", commit: 7 }],
  [
    "was rejected again before it was corrected",
    { rejected: [rejected(8), rejected(6)], came: [came(9)] },
    { state: "rejected again", commit: 6 },
  ],
  [
    "was rejected again when it could be decoded",
    { rejected: [rejected(6, undecoded)], came: [came(6)] },
    { state: "rejected again", commit: 6 },
  ],
  [
    "is as it was when another row or another table came",
    { came: [came(7, other), came(7, { target: "other_fact" })], missing: [row] },
    { state: "missing" },
  ],
  [
    "is missing again after an earlier correction",
    { came: [came(4)], rejected: [rejected(5), rejected(3)], missing: [row] },
    { state: "missing" },
  ],
];

describe("What became of a rejected row", () => {
  for (const [what, seen, since] of CASES) {
    it(`it ${what}`, () => {
      expect(outcomeOf(row, { rejected: [], came: [], missing: [], ...seen })).to.deep.equal(since);
    });
  }
});
