import { expect } from "chai";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { streetModel } from "../../support/hires/street-model";

describe("A corrected contract takes effect with the next run, not with the next write in the source", () => {
  let pipeline: HirePipeline;
  before(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  after(() => pipeline.close());

  it("and releases a table from quarantine, with all waiting commits", async () => {
    await pipeline.source.query("ALTER TABLE customer RENAME address_line_1 TO street");
    await pipeline.source.query("UPDATE customer SET street = 'New' WHERE customer_id = 1");
    await pipeline.run();
    expect((await pipeline.processed.log.head())?.commit.quarantine).to.have.all.keys("customer");
    expect((await pipeline.ingest()).commit, "nothing was written").to.equal(null);

    const changed = { model: streetModel() };
    expect(await pipeline.ingest(changed)).to.deep.equal({ commit: 3, tables: {} });
    expect((await pipeline.process(changed)).commits).to.deep.equal([3]);
    await pipeline.load(changed);

    expect((await pipeline.processed.log.head())?.commit.quarantine).to.deep.equal({});
    expect(
      await pipeline.warehouse.query("SELECT address_line_1 FROM dim_customer WHERE customer_id = 1"),
    ).to.deep.equal([{ address_line_1: "New" }]);
    expect((await pipeline.ingest(changed)).commit, "and makes one commit").to.equal(null);
  });
});
