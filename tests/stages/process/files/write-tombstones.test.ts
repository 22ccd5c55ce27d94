import { expect } from "chai";
import { columnsOf } from "../../../../domain/model/columns";
import { sourceTable } from "../../../../domain/model/source";
import { fact } from "../../../../domain/model/table";
import { integer } from "../../../../domain/model/types";
import { monotonicClock } from "../../../../stages/shared/clock";
import { leftOutTombstones } from "../../../../stages/process/files/write-tombstones";
import { batchOfObjects } from "../../../support/formats/columnar";
import { memoryStore } from "../../../support/pipeline/memory-store";

const line = sourceTable("line", { key: "line_id", columns: { line_id: integer, quantity: integer } });
const lines = columnsOf(line);
const feed = {
  source: line,
  columns: { line_id: lines.copy("line_id"), quantity: lines.copy("quantity") },
};
const table = fact("fact_line", {
  description: "Every version of every line.",
  ...feed,
  key: "line_id",
  surrogateKey: "line_record_id",
  currentView: "current_line",
});

describe("The keys of rows that a fact has no longer", () => {
  const batch = batchOfObjects(
    line.columns,
    [1, 2, 3, 4].map((id) => ({ line_id: id, quantity: id })),
  );
  /** Adds some rows of the batch one after the other, and gives the rows of each file. */
  const written = async (fileBytes: number): Promise<number[]> => {
    const target = { store: memoryStore(), now: monotonicClock(), fileBytes };
    const files = leftOutTombstones({ table, feed, index: 0 }, target);
    for (const rows of [[0], [], [1, 3]]) await files.add({ batch, rows });
    return (await files.finish()).map(({ rows }) => rows);
  };

  it("are written as one file, and as several when they would not fit into memory", async () => {
    expect(await written(1_000)).to.deep.equal([3]);
    expect(await written(1)).to.deep.equal([1, 2]);
  });

  it("are not written when there are none", async () => {
    const files = leftOutTombstones(
      { table, feed, index: 0 },
      { store: memoryStore(), now: monotonicClock() },
    );
    expect(await files.finish()).to.deep.equal([]);
  });
});
