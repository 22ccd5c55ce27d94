import { expect } from "chai";
import fc from "fast-check";
import { isContinuous, replacedRows } from "../../../domain/capture/replaced-rows";

/** A row as two runs see it, by its key and the number of its version. */
const rows = fc.uniqueArray(fc.record({ key: fc.nat(30), version: fc.nat(2) }), {
  selector: ({ key }) => key,
});

/** The counts and keys of a run. `isNew` selects the rows that look written since the last capture. */
function counted(
  before: readonly { key: number }[],
  after: readonly { key: number }[],
  isNew: (row: { key: number }) => boolean,
) {
  const known = new Set(before.map(({ key }) => key));
  const present = new Set(after.map(({ key }) => key));
  const captured = after.filter(isNew);
  return {
    counts: { previous: before.length, total: after.length, captured: captured.length },
    keys: {
      updated: captured.filter(({ key }) => known.has(key)).length,
      deleted: before.filter(({ key }) => !present.has(key)).length,
    },
    unknown: after.filter((row) => !isNew(row) && !known.has(row.key)).length,
  };
}

describe("The count of updated and deleted rows needs no keys", () => {
  it("for any inserts, updates, deletes and changes of keys", () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const versions = new Map(before.map(({ key, version }) => [key, version]));
        const { counts, keys } = counted(
          before,
          after,
          (row) => versions.get(row.key) !== after.find(({ key }) => key === row.key)?.version,
        );

        expect(replacedRows(counts)).to.equal(keys.updated + keys.deleted);
        expect(isContinuous(counts, keys)).to.equal(true);
        expect(isContinuous(counts)).to.equal(true);
      }),
    );
  });
});

describe("A history that is not continuous", () => {
  it("shows in every row that was never captured and does not look new, when keys are compared", () => {
    fc.assert(
      fc.property(
        rows,
        rows,
        fc.array(fc.boolean(), { minLength: 31, maxLength: 31 }),
        (before, after, fresh) => {
          const { counts, keys, unknown } = counted(before, after, ({ key }) => fresh[key] === true);

          expect(replacedRows(counts)).to.equal(keys.updated + keys.deleted - unknown);
          expect(isContinuous(counts, keys)).to.equal(unknown === 0);
        },
      ),
    );
  });

  it("shows in the counts alone when there are more old rows than before", () => {
    expect(isContinuous({ previous: 5, total: 7, captured: 1 })).to.equal(false);
    expect(isContinuous({ previous: 5, total: 7, captured: 2 })).to.equal(true);
  });
});
