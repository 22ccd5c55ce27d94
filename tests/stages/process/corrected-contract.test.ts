import { expect } from "chai";
import { model } from "../../../domain/declarations";
import { columnsOf } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

/** The model, with another name for a column of the source. */
function corrected(): Model {
  const design = sourceTable("design", {
    key: "design_id",
    columns: { design_id: integer, design_name: text, file_location: text, file: text },
  });
  const own = columnsOf(design);
  const dimDesign = dimension("dim_design", {
    description: "What is sold.",
    source: design,
    key: "design_id",
    columns: {
      design_id: own.copy("design_id"),
      design_name: own.copy("design_name"),
      file_location: own.copy("file_location"),
      file_name: own.copy("file"),
    },
  });
  return { ...model, tables: model.tables.map((table) => (table.name === "dim_design" ? dimDesign : table)) };
}

describe("A corrected contract takes effect with the next run, not with the next write in the source", () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await startAfterFirstRun({ source: "tiny" });
  });
  after(() => pipeline.close());

  it("and releases a table from quarantine, with all waiting commits", async () => {
    await pipeline.source.query("ALTER TABLE design RENAME file_name TO file");
    await pipeline.source.query("UPDATE design SET file = 'new.json' WHERE design_id = 1");
    await pipeline.run();
    expect((await pipeline.processed.log.head())?.commit.quarantine).to.have.all.keys("design");
    expect((await pipeline.ingest()).commit, "nothing was written").to.equal(null);

    const changed = { model: corrected() };
    expect(await pipeline.ingest(changed)).to.deep.equal({ commit: 3, tables: {} });
    expect((await pipeline.process(changed)).commits).to.deep.equal([3]);
    await pipeline.load(changed);

    expect((await pipeline.processed.log.head())?.commit.quarantine).to.deep.equal({});
    expect(
      await pipeline.warehouse.query("SELECT file_name FROM dim_design WHERE design_id = 1"),
    ).to.deep.equal([{ file_name: "new.json" }]);
    expect((await pipeline.ingest(changed)).commit, "and makes one commit").to.equal(null);
  });
});
