import { expect } from "chai";
import { latest } from "../../support/pipeline/lake";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

const GONE =
  "DELETE FROM payment WHERE payment_id IN (SELECT payment_id FROM payment ORDER BY payment_id LIMIT 5)";

describe("Deletes are found although the primary key", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const change = async (...statements: readonly string[]): Promise<void> => {
    await pipeline.source.query(statements.join(";"));
    await pipeline.run();
  };
  /** The lake knows of the deletes of this change, and of no others. */
  async function expectDeleted(rows = 5): Promise<void> {
    const { deleted, total } = await latest(pipeline, "payment");
    const [count] = await pipeline.source.query<{ n: number }>("SELECT count(*)::int AS n FROM payment");
    expect({ deleted: deleted.rows, total }).to.deep.equal({ deleted: rows, total: count!.n });
  }
  /** And the warehouse shows what is left, once the key is what its contract says. */
  async function expectSame(): Promise<void> {
    const ids = "SELECT payment_id AS id FROM";
    const [is, shown] = await Promise.all([
      pipeline.source.query<{ id: number }>(`${ids} payment ORDER BY 1`),
      pipeline.warehouse.query<{ id: number }>(`${ids} current_payment ORDER BY 1`),
    ]);
    expect(shown.map(({ id }) => id)).to.deep.equal(is.map(({ id }) => id));
  }

  it("changes in the same interval", async () => {
    await change(
      GONE,
      "ALTER TABLE payment DROP CONSTRAINT payment_pkey, ADD PRIMARY KEY (payment_id, created_at)",
    );
    await expectDeleted();
    await change(GONE);
    await expectDeleted();
    await change("ALTER TABLE payment DROP CONSTRAINT payment_pkey, ADD PRIMARY KEY (payment_id)", GONE);
    await expectDeleted();
    await expectSame();
  });

  it("is missing for some runs", async () => {
    await change("ALTER TABLE payment DROP CONSTRAINT payment_pkey");
    await change(GONE);
    await expectDeleted();
    await change("UPDATE payment SET paid = NOT paid WHERE payment_id % 2 = 0", GONE);
    await expectDeleted();
    await change(GONE, "ALTER TABLE payment ADD PRIMARY KEY (payment_id)");
    await expectSame();
    await change(GONE);
    await expectSame();
  });

  it("belongs to a partitioned table that replaced the old one", async () => {
    await change(
      "CREATE TABLE payment_new (LIKE payment) PARTITION BY RANGE (created_at)",
      "CREATE TABLE payment_all PARTITION OF payment_new DEFAULT",
      "ALTER TABLE payment_new ADD PRIMARY KEY (payment_id, created_at)",
      "INSERT INTO payment_new SELECT * FROM payment",
      "ALTER TABLE payment RENAME TO payment_old",
      "ALTER TABLE payment_new RENAME TO payment",
      "GRANT SELECT ON payment TO reader",
      GONE,
    );
    await expectDeleted();
  });

  it("does not cover the rows of a table that inherits for a while", async () => {
    await change("CREATE TABLE heir () INHERITS (payment); GRANT SELECT ON heir TO reader", GONE);
    await expectDeleted();
    await change("DROP TABLE heir", GONE);
    await expectSame();
  });

  it("is missing, and duplicates do not look like another source", async () => {
    await change("CREATE TABLE twice (id int PRIMARY KEY); INSERT INTO twice VALUES (1), (2)");
    await change("ALTER TABLE twice DROP CONSTRAINT twice_pkey; INSERT INTO twice VALUES (1)");
    await change("DELETE FROM twice WHERE ctid = (SELECT max(ctid) FROM twice)");
    await change("DELETE FROM twice WHERE id = 2");

    const { commit } = (await pipeline.ingested.log.head())!;
    expect(commit.tables["twice"]).to.deep.include({ total: 1, key: [], identity: ["id"] });
    expect(commit.tables["twice"]!.deleted.rows).to.equal(1);
    expect(pipeline.logged.filter(({ level }) => level === "warn")).to.deep.equal([]);
  });
});
