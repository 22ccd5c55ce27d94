import { expect } from "chai";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { latest } from "../../support/pipeline/lake";

const GONE = "DELETE FROM hire WHERE hire_id IN (SELECT hire_id FROM hire ORDER BY hire_id LIMIT 5)";

describe("Deletes are found although the primary key", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const change = async (...statements: readonly string[]): Promise<void> => {
    await pipeline.source.query(statements.join(";"));
    await pipeline.run();
  };
  /** Expects that the lake has the deletes of this change, and no others. */
  async function expectDeleted(rows = 5): Promise<void> {
    const { deleted, total } = await latest(pipeline, "hire");
    const [count] = await pipeline.source.query<{ n: number }>("SELECT count(*)::int AS n FROM hire");
    expect({ deleted: deleted.rows, total }).to.deep.equal({ deleted: rows, total: count!.n });
  }
  /** Expects the remaining rows in the warehouse, once the contract names the new key. */
  async function expectSame(): Promise<void> {
    const ids = "SELECT hire_id AS id FROM";
    const [is, shown] = await Promise.all([
      pipeline.source.query<{ id: number }>(`${ids} hire ORDER BY 1`),
      pipeline.warehouse.query<{ id: number }>(`${ids} current_hire ORDER BY 1`),
    ]);
    expect(shown.map(({ id }) => id)).to.deep.equal(is.map(({ id }) => id));
  }

  it("changes in the same interval", async () => {
    await change(GONE, "ALTER TABLE hire DROP CONSTRAINT hire_pkey, ADD PRIMARY KEY (hire_id, started_at)");
    await expectDeleted();
    await change(GONE);
    await expectDeleted();
    await change("ALTER TABLE hire DROP CONSTRAINT hire_pkey, ADD PRIMARY KEY (hire_id)", GONE);
    await expectDeleted();
    await expectSame();
  });

  it("is missing for some runs", async () => {
    await change("ALTER TABLE hire DROP CONSTRAINT hire_pkey");
    await change(GONE);
    await expectDeleted();
    await change("UPDATE hire SET paid = NOT paid WHERE hire_id % 2 = 0", GONE);
    await expectDeleted();
    await change(GONE, "ALTER TABLE hire ADD PRIMARY KEY (hire_id)");
    await expectSame();
    await change(GONE);
    await expectSame();
  });

  it("belongs to a partitioned table that replaced the old one", async () => {
    await change(
      "CREATE TABLE hire_new (LIKE hire) PARTITION BY RANGE (started_at)",
      "CREATE TABLE hire_all PARTITION OF hire_new DEFAULT",
      "ALTER TABLE hire_new ADD PRIMARY KEY (hire_id, started_at)",
      "INSERT INTO hire_new SELECT * FROM hire",
      "ALTER TABLE hire RENAME TO hire_old",
      "ALTER TABLE hire_new RENAME TO hire",
      "GRANT SELECT ON hire TO reader",
      GONE,
    );
    await expectDeleted();
  });

  it("does not cover the rows of a table that inherits for a while", async () => {
    await change("CREATE TABLE heir () INHERITS (hire); GRANT SELECT ON heir TO reader", GONE);
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
