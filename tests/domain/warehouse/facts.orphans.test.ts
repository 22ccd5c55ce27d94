import { expect } from "chai";
import type { Fact } from "../../../domain/model/table";
import { BOOKKEEPING, createBookkeeping } from "../../../domain/warehouse/bookkeeping";
import { appendVersions, type FactTarget } from "../../../domain/warehouse/facts";
import {
  findOrphan,
  healOrphans,
  setOrphansAside,
  supersedeOrphans,
} from "../../../domain/warehouse/orphans";
import {
  startFactWarehouse,
  thingTarget,
  things,
  version,
  type FactWarehouse,
} from "../../support/warehouse/fact-warehouse";
import { staged, targetOf } from "../../support/warehouse/staging";

let warehouse: FactWarehouse;

describe("References of a fact", () => {
  before(async () => {
    warehouse = await startFactWarehouse();
  });
  beforeEach(() => warehouse.reset());
  after(() => warehouse.database.drop());

  const orphans = async (target: FactTarget): Promise<number | null> =>
    (await warehouse.database.client.query(findOrphan(target))).rowCount;

  describe("A version whose parent is missing", () => {
    it("is set aside with its reason while others are loaded", async () => {
      const loaded = await warehouse.load(1, [
        version(7, 99),
        version(8, 1),
        version(9, 1, { shape: 5 }),
        version(10, 98, { shape: 5 }),
      ]);

      expect(loaded).to.equal(1);
      expect(await warehouse.history()).to.deep.equal(["8: 1 a thing"]);
      expect(await warehouse.waiting()).to.deep.equal([
        "7: colour_id 99 is in no dimension",
        "9: shape_id 5 is in no dimension",
        "10: colour_id 98 is in no dimension",
      ]);
      expect(await orphans(thingTarget)).to.equal(1);
    });

    it("is loaded unchanged when the last of its parents arrives", async () => {
      await warehouse.load(1, [version(7, 99, { shape: 5, name: "é \"q'\\" })]);
      await warehouse.addColour(99);
      await warehouse.heal(2);
      expect(await warehouse.history()).to.deep.equal([]);

      await warehouse.addShape(5);
      await warehouse.heal(3);

      expect(await warehouse.query('SELECT * FROM "Fact_Things"')).to.deep.equal([
        {
          ThingName: "é \"q'\\",
          Thing_Id: 7,
          Record_Id: 1,
          shape_id: 5,
          colour_id: 99,
          price: "12345678901234.5678",
          sold: true,
          day: "2024-02-29",
          at: "2024-02-29 14:20:52.123",
        },
      ]);
      expect(await warehouse.query("SELECT healed_by, superseded_by FROM marble_orphan")).to.deep.equal([
        { healed_by: "3", superseded_by: null },
      ]);
      expect(await orphans(thingTarget)).to.equal(0);
    });

    it("is loaded once", async () => {
      await warehouse.load(1, [version(7, 99)]);
      await warehouse.addColour(99);
      await warehouse.heal(2);
      await warehouse.heal(3);

      expect(await warehouse.history()).to.deep.equal(["7: 99 a thing"]);
    });

    it("is loaded in the order in which its versions arrived", async () => {
      await warehouse.load(1, [version(7, 99, { name: "first" })]);
      await warehouse.load(2, [version(7, 99, { name: "second" }), version(8, 99)]);
      await warehouse.load(3, [version(7, 99, { name: "third" })]);
      await warehouse.addColour(99);
      await warehouse.heal(4);

      expect(await warehouse.history()).to.deep.equal([
        "7: 99 first",
        "7: 99 second",
        "8: 99 a thing",
        "7: 99 third",
      ]);
      expect(await warehouse.current()).to.deep.equal(["7: 99 third", "8: 99 a thing"]);
    });

    it("is superseded by a later complete version", async () => {
      await warehouse.load(1, [version(7, 99), version(8, 99)]);
      await warehouse.load(2, [version(7, 1)]);
      await warehouse.addColour(99);
      await warehouse.heal(3);

      expect(await warehouse.history()).to.deep.equal(["7: 1 a thing", "8: 99 a thing"]);
      expect(await warehouse.query("SELECT key, superseded_by FROM marble_orphan ORDER BY 1")).to.deep.equal([
        { key: "7", superseded_by: "2" },
        { key: "8", superseded_by: null },
      ]);
    });

    it("is superseded by a later version that was loaded before it", async () => {
      await warehouse.load(1, [version(7, 98)]);
      await warehouse.load(2, [version(7, 99)]);
      await warehouse.addColour(99);
      await warehouse.heal(3);
      await warehouse.addColour(98);
      await warehouse.heal(4);

      expect(await warehouse.history()).to.deep.equal(["7: 99 a thing"]);
      expect(await warehouse.waiting()).to.deep.equal([]);
    });

    it("is not superseded by an earlier version that was loaded before it", async () => {
      await warehouse.load(1, [version(7, 98)]);
      await warehouse.load(2, [version(7, 99)]);
      await warehouse.addColour(98);
      await warehouse.heal(3);
      await warehouse.addColour(99);
      await warehouse.heal(4);

      expect(await warehouse.history()).to.deep.equal(["7: 98 a thing", "7: 99 a thing"]);
      expect(await warehouse.current()).to.deep.equal(["7: 99 a thing"]);
    });

    it("is superseded by the deletion of its row", async () => {
      await warehouse.load(1, [version(7, 1)]);
      await warehouse.load(2, [version(7, 99)]);
      await warehouse.loadDeleted(3, [7]);
      await warehouse.addColour(99);
      await warehouse.heal(4);

      expect(await warehouse.history()).to.deep.equal(["7: 1 a thing"]);
      expect(await warehouse.current()).to.deep.equal([]);
    });

    it("is kept separate from an orphan of another fact with the same key", async () => {
      const other: FactTarget = {
        ...thingTarget,
        fact: things("fact_other"),
        target: targetOf(things("fact_other")),
      };
      await warehouse.load(1, [version(7, 99)]);

      expect(await orphans(other)).to.equal(0);
      await staged(warehouse.database, other.target, {
        rows: [version(7, 1)],
        statements: [supersedeOrphans(other, { commit: 2 })],
      });
      expect(await warehouse.waiting()).to.have.length(1);
    });
  });

  describe("A fact that refers to nothing", () => {
    it("has no orphans", async () => {
      const { thing_id } = thingTarget.fact.columns;
      const lone: Fact = { ...things("fact_lone"), columns: { thing_id: thing_id! } };
      const alone: FactTarget = { ...thingTarget, schema: "public", fact: lone, target: targetOf(lone) };
      for (const table of BOOKKEEPING) await warehouse.database.query(createBookkeeping("public", table));
      await warehouse.database.query("CREATE TABLE fact_lone (record_id serial PRIMARY KEY, thing_id int)");

      const counts = await staged(warehouse.database, alone.target, {
        rows: [[1], [2]],
        statements: [
          setOrphansAside(alone, { commit: 1, again: false }),
          healOrphans(alone, 1),
          appendVersions(alone, { recapture: false }),
        ],
      });

      expect(counts).to.deep.equal([0, 0, 2]);
    });
  });
});
