import { expect } from "chai";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

describe("A table that disappears and comes back", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const versions = async (): Promise<number> =>
    Number((await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM fact_payment"))[0]!.n);
  const quarantine = async () => (await pipeline.processed.log.head())!.commit.quarantine;

  const ways: readonly (readonly [string, string, string, string])[] = [
    [
      "renamed away",
      "ALTER TABLE payment RENAME TO hidden; REVOKE SELECT ON hidden FROM reader",
      "ALTER TABLE hidden RENAME TO payment; GRANT SELECT ON payment TO reader",
      "the table is gone",
    ],
    [
      "without the right to read it",
      "REVOKE SELECT ON payment FROM reader",
      "GRANT SELECT ON payment TO reader",
      'reader may not read "public"."payment": GRANT SELECT ON "public"."payment" TO "reader"',
    ],
    [
      "dropped and made anew from a copy",
      "CREATE SCHEMA aside; CREATE TABLE aside.payment (LIKE payment INCLUDING ALL); INSERT INTO aside.payment SELECT * FROM payment; DROP TABLE payment CASCADE",
      "ALTER TABLE aside.payment SET SCHEMA public; GRANT SELECT ON payment TO reader",
      "the table is gone",
    ],
  ];
  for (const [how, away, back, reason] of ways) {
    it(`is absent with the reason, duplicates no fact, and shows the deletes in between: ${how}`, async () => {
      const before = await versions();
      await pipeline.source.query(away);
      await pipeline.run();

      expect(await latest(pipeline, "payment")).to.deep.include({
        mode: "absent",
        absent: reason,
        files: [],
      });
      expect((await quarantine())["payment"]!.breaches).to.deep.equal([
        `table payment is missing: ${reason}`,
      ]);
      expect(pipeline.logged.filter(({ message }) => message === "a table is absent")).to.have.length(1);

      await pipeline.source.query("UPDATE department SET location = 'x' WHERE department_id = 1");
      await pipeline.run();
      await pipeline.source.query(back);
      await pipeline.source.query("DELETE FROM payment WHERE payment_id IN (3, 4)");
      await pipeline.source.query("UPDATE payment SET paid = NOT paid WHERE payment_id = 5");
      await pipeline.run();

      expect(await latest(pipeline, "payment")).to.include({ mode: "full", recapture: true });
      expect((await latest(pipeline, "payment")).deleted.rows).to.equal(2);
      expect(await quarantine()).to.deep.equal({});
      expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
      expect(await versions(), "only the changed row has a new version").to.equal(before + 1);
    });
  }

  it("causes no commit in a run without changes", async () => {
    await pipeline.source.query("ALTER TABLE payment RENAME TO hidden");
    await pipeline.ingest();
    await pipeline.source.query("CREATE SCHEMA other");

    expect((await pipeline.ingest()).commit).to.equal(null);
  });

  it("is held if most of it is missing when it comes back", async () => {
    await pipeline.source.query("REVOKE SELECT ON payment FROM reader");
    await pipeline.run();
    await pipeline.source.query(
      "GRANT SELECT ON payment TO reader; DELETE FROM payment WHERE payment_id > (SELECT min(payment_id) FROM payment)",
    );
    await pipeline.run();

    const { mode, held } = await latest(pipeline, "payment");
    expect(mode).to.equal("held");
    expect(held!.snapshot).to.equal(null);
    await pipeline.ingest({ allowDeletes: ["payment"] });
    expect(await replayed(pipeline, "payment")).to.deep.equal(await sourceRows(pipeline.source, "payment"));
  });
});
