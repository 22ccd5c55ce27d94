import { expect } from "chai";
import { guardDeletes } from "../../../domain/capture/delete-guard";

describe("Deletes wait for a person", () => {
  const guard = { maxShare: 0.5, allowed: new Set<string>() };
  // previous, total, deleted
  const cases: readonly (readonly [string, number, number, number, string | undefined])[] = [
    ["not without deletes", 100, 100, 0, undefined],
    ["not when an empty table stays empty", 0, 0, 0, undefined],
    ["not up to the allowed share", 100, 50, 50, undefined],
    ["beyond that share", 100, 49, 51, "51 of 100 rows were deleted"],
    ["although the same number of rows was inserted", 100, 100, 51, "51 of 100 rows were deleted"],
    ["not when few rows were deleted", 22, 2, 20, undefined],
    ["just above the number that counts as few", 22, 1, 21, "21 of 22 rows were deleted"],
    ["when even a small table was emptied", 3, 0, 3, "the table was emptied"],
  ];
  for (const [what, previous, total, deleted, why] of cases) {
    it(what, () => {
      const reason = guardDeletes(guard, { name: "staff", previous, total, deleted });

      expect(reason).to.equal(
        why === undefined
          ? undefined
          : `${why}; if that is right, run \`npm run operate -- release staff --yes\` (in AWS, invoke ingest with {"allowDeletes":["staff"]})`,
      );
    });

    it(`${what}, but never when a person has allowed them`, () => {
      const allowed = { ...guard, allowed: new Set(["staff"]) };
      expect(guardDeletes(allowed, { name: "staff", previous, total, deleted })).to.equal(undefined);
    });
  }

  it("with a remedy in JSON for a table of any name", () => {
    const reason = guardDeletes(guard, { name: 'a"b', previous: 5, total: 0, deleted: 5 });

    expect(JSON.parse(reason!.slice(reason!.indexOf("{"), -1))).to.deep.equal({ allowDeletes: ['a"b'] });
  });
});
