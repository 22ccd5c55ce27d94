import { expect } from "chai";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";

describe("A table that disappears and comes back", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const versions = async (): Promise<number> =>
    Number((await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM fact_hire"))[0]!.n);
  const quarantine = async () => (await pipeline.processed.log.head())!.commit.quarantine;

  const ways: readonly (readonly [string, string, string, string])[] = [
    [
      "renamed away",
      "ALTER TABLE hire RENAME TO hidden; REVOKE SELECT ON hidden FROM reader",
      "ALTER TABLE hidden RENAME TO hire; GRANT SELECT ON hire TO reader",
      "the table is gone",
    ],
    [
      "without the right to read it",
      "REVOKE SELECT ON hire FROM reader",
      "GRANT SELECT ON hire TO reader",
      'reader may not read "public"."hire": GRANT SELECT ON "public"."hire" TO "reader"',
    ],
    [
      "dropped and created again from a copy",
      "CREATE SCHEMA aside; CREATE TABLE aside.hire (LIKE hire INCLUDING ALL); INSERT INTO aside.hire SELECT * FROM hire; DROP TABLE hire CASCADE",
      "ALTER TABLE aside.hire SET SCHEMA public; GRANT SELECT ON hire TO reader",
      "the table is gone",
    ],
  ];
  for (const [how, away, back, reason] of ways) {
    it(`is absent with the reason, duplicates no fact, and shows the deletes in between: ${how}`, async () => {
      const before = await versions();
      await pipeline.source.query(away);
      await pipeline.run();

      expect(await latest(pipeline, "hire")).to.deep.include({
        mode: "absent",
        absent: reason,
        files: [],
      });
      expect((await quarantine())["hire"]!.breaches).to.deep.equal([`table hire is missing: ${reason}`]);
      expect(pipeline.logged.filter(({ message }) => message === "a table is absent")).to.have.length(1);

      await pipeline.source.query("UPDATE depot SET town = 'x' WHERE depot_id = 1");
      await pipeline.run();
      await pipeline.source.query(back);
      await pipeline.source.query("DELETE FROM hire WHERE hire_id IN (3, 4)");
      await pipeline.source.query("UPDATE hire SET paid = NOT paid WHERE hire_id = 5");
      await pipeline.run();

      expect(await latest(pipeline, "hire")).to.include({ mode: "full", recapture: true });
      expect((await latest(pipeline, "hire")).deleted.rows).to.equal(2);
      expect(await quarantine()).to.deep.equal({});
      await pipeline.expectShown();
      expect(await versions(), "only the changed row has a new version").to.equal(before + 1);
    });
  }

  it("causes no commit in a run without changes", async () => {
    await pipeline.source.query("ALTER TABLE hire RENAME TO hidden");
    await pipeline.ingest();
    await pipeline.source.query("CREATE SCHEMA other");

    expect((await pipeline.ingest()).commit).to.equal(null);
  });

  it("is held if most of it is missing when it comes back", async () => {
    await pipeline.source.query("REVOKE SELECT ON hire FROM reader");
    await pipeline.run();
    await pipeline.source.query(
      "GRANT SELECT ON hire TO reader; DELETE FROM hire WHERE hire_id > (SELECT min(hire_id) FROM hire)",
    );
    await pipeline.run();

    const { mode, held } = await latest(pipeline, "hire");
    expect(mode).to.equal("held");
    expect(held!.snapshot).to.equal(null);
    await pipeline.ingest({ allowDeletes: ["hire"] });
    expect(await replayed(pipeline, "hire")).to.deep.equal(await sourceRows(pipeline.source, "hire"));
  });
});
