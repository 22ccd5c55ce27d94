import { expect } from "chai";
import { sourceTable, required } from "../../../domain/model/source";
import { integer, text } from "../../../domain/model/types";
import type { Rejections } from "../../../domain/transform/rejection";
import { rejectRepeated } from "../../../domain/transform/repeated-keys";
import { batchOf } from "../../support/formats/columnar";

const contract = sourceTable("design", {
  key: "design_id",
  columns: { design_id: required(integer, { formerly: ["id"] }), name: text },
});

describe("Among rows with the same key", () => {
  const rejected = (...batches: readonly (readonly [number | string, Rejections?])[][]): string[] => {
    const check = rejectRepeated(contract);
    return batches.flatMap((rows, index) => {
      const rejections: Rejections = new Map();
      rows.forEach(([, already], row) => already?.forEach((reason) => rejections.set(row, reason)));
      check({
        batch: batchOf(
          contract.columns,
          rows.map(([id]) => [id, "x"]),
        ),
        rejections,
      });
      return [...rejections].map(([row, { reason }]) => `${index}.${row} ${reason}`);
    });
  };

  it("the first is accepted and the others are rejected across the batches of a capture", () => {
    expect(rejected([[1], [-2], [1]], [[3], [-2]])).to.deep.equal([
      '0.2 design_id "1" is in design more than once, and another row of it was taken: give design the primary key design_id',
      '1.1 design_id "-2" is in design more than once, and another row of it was taken: give design the primary key design_id',
    ]);
  });

  it("a row that is already rejected does not count", () => {
    const bad: Rejections = new Map([[0, { column: "name", reason: "bad" }]]);
    expect(rejected([[1, bad], [1]])).to.deep.equal(["0.0 bad"]);
  });
});
