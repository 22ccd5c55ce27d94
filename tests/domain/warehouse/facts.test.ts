import { expect } from "chai";
import { startFactWarehouse, version, type FactWarehouse } from "../../support/warehouse/fact-warehouse";

let warehouse: FactWarehouse;

describe("A fact in the warehouse", () => {
  before(async () => {
    warehouse = await startFactWarehouse();
  });
  beforeEach(() => warehouse.reset());
  after(() => warehouse.database.drop());

  describe("A fact table keeps every version", () => {
    it("and its view shows the newest of each row", async () => {
      await warehouse.load(1, [version(7, 1), version(8, 1, { name: null })]);
      await warehouse.load(2, [version(7, 2)]);
      await warehouse.load(3, [version(7, 1)]);

      expect(await warehouse.history()).to.deep.equal([
        "7: 1 a thing",
        "8: 1 NULL",
        "7: 2 a thing",
        "7: 1 a thing",
      ]);
      expect(await warehouse.current()).to.deep.equal(["7: 1 a thing", "8: 1 NULL"]);
    });

    it("but of rows captured again only versions that differ from the newest, also by NULL", async () => {
      await warehouse.load(1, [
        version(7, 1),
        version(8, 1),
        version(9, 1, { name: null }),
        version(10, 1, { shape: 1 }),
      ]);
      await warehouse.load(2, [version(8, 2)]);

      const loaded = await warehouse.load(
        3,
        [version(7, 1), version(8, 1), version(9, 1, { name: null }), version(10, 1), version(11, 1)],
        { recapture: true },
      );

      expect(loaded).to.equal(3);
      expect((await warehouse.history()).slice(5)).to.deep.equal([
        "8: 1 a thing",
        "10: 1 a thing",
        "11: 1 a thing",
      ]);
    });
  });

  describe("A deleted row", () => {
    beforeEach(async () => {
      await warehouse.load(1, [version(7, 1), version(8, 1)]);
      await warehouse.load(2, [version(7, 2)]);
    });

    it("leaves the view but keeps its versions", async () => {
      await warehouse.loadDeleted(3, [7, 99]);

      expect(await warehouse.current()).to.deep.equal(["8: 1 a thing"]);
      expect(await warehouse.history()).to.have.length(3);
      expect(await warehouse.query("SELECT fact, record_id, commit FROM marble_deletion")).to.deep.equal([
        { fact: "fact_thing", record_id: "3", commit: "3" },
      ]);
    });

    it("is deleted once although its tombstone is repeated", async () => {
      await warehouse.loadDeleted(3, [7]);
      await warehouse.loadDeleted(4, [7]);

      expect(await warehouse.query("SELECT commit FROM marble_deletion")).to.deep.equal([{ commit: "3" }]);
    });

    it("comes back with a new version and may be deleted again", async () => {
      await warehouse.loadDeleted(3, [7]);
      await warehouse.load(4, [version(7, 1)]);
      expect(await warehouse.current()).to.deep.equal(["7: 1 a thing", "8: 1 a thing"]);

      await warehouse.loadDeleted(5, [7]);
      expect(await warehouse.current()).to.deep.equal(["8: 1 a thing"]);
    });

    it("comes back when it is captured again unchanged", async () => {
      await warehouse.loadDeleted(3, [7]);

      expect(await warehouse.load(4, [version(7, 2), version(8, 1)], { recapture: true })).to.equal(1);
      expect(await warehouse.current()).to.deep.equal(["7: 2 a thing", "8: 1 a thing"]);
    });
  });
});
