import { expect } from "chai";
import { startHires, startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { streetModel } from "../../support/hires/street-model";
import { rejectedRows } from "../../support/pipeline/rejected-rows";

describe("Rows and tables that break their contract", () => {
  let pipeline: HirePipeline;
  afterEach(() => pipeline.close());

  const bad: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "an invalid date",
      "hire",
      "UPDATE hire SET due = '2024-02-30' WHERE hire_id = 7",
      /due_date "2024-02-30" is not a date/,
    ],
    [
      "a date beyond any calendar",
      "hire",
      "UPDATE hire SET due = '9024-02-03' WHERE hire_id = 7",
      /outside the calendar's limits/,
    ],
    [
      "a NULL where none may be",
      "hire",
      "ALTER TABLE hire ALTER paid DROP NOT NULL; UPDATE hire SET paid = NULL WHERE hire_id = 7",
      /paid is NULL/,
    ],
    [
      "an infinite timestamp",
      "hire",
      "UPDATE hire SET started_at = 'infinity' WHERE hire_id = 7",
      /started_at "infinity" is not a valid timestamp/,
    ],
    [
      "an invalid number",
      "hire",
      "UPDATE hire SET price = 'NaN' WHERE hire_id = 7",
      /price "NaN" is not a valid numeric/,
    ],
    [
      "a number out of range",
      "hire",
      "ALTER TABLE hire ALTER price TYPE numeric; UPDATE hire SET price = 1e12 WHERE hire_id = 7",
      /price "1000000000000.*" is not a valid numeric/,
    ],
  ];
  for (const [what, table, sql, reason] of bad) {
    it(`are set aside with the reason, others continue, and a corrected version repairs them: a row with ${what}`, async () => {
      pipeline = await startHires();
      const [before] = await pipeline.source.query<{ row: string }>(
        "SELECT format('UPDATE hire SET due=%L, paid=%L, started_at=%L, price=%L WHERE hire_id = 7', due, paid, started_at, price) AS row FROM hire WHERE hire_id = 7",
      );
      await pipeline.source.query(sql);
      await pipeline.ingest();

      expect((await pipeline.process()).rejected).to.equal(1);
      await pipeline.load();

      const [row] = await rejectedRows(pipeline);
      expect(row).to.deep.include({ table, commit: 1 });
      expect(row?.reason).to.match(reason);
      expect(row?.row).to.match(/^7,|,7,/);
      const all = (await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM hire"))[0]!.n;
      const loaded = (
        await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM current_hire")
      )[0]!.n;
      expect(Number(loaded)).to.equal(Number(all) - 1);

      await pipeline.source.query(before!.row);
      await pipeline.run();
      await pipeline.expectShown();
    });
  }

  const NO_FRAME = [
    "ALTER TABLE bike ALTER frame DROP NOT NULL",
    "UPDATE bike SET frame = NULL WHERE bike_id = 2",
  ].join(";");
  const NEW_FRAME = "UPDATE bike SET frame = 'new' WHERE bike_id = 2";

  it("let facts of a rejected dimension row wait, and come in order once it is corrected", async () => {
    pipeline = await startHires();
    await pipeline.source.query(NO_FRAME);
    await pipeline.ingest();
    expect((await pipeline.process()).rejected).to.equal(1);
    const report = await pipeline.load();
    expect(report.waiting).to.be.greaterThan(5);
    const [hire] = await pipeline.source.query<{ id: number }>(
      "SELECT min(hire_id) AS id FROM hire WHERE bike_id = 2",
    );
    await pipeline.source.query("UPDATE hire SET price = 77 WHERE hire_id = $1", [hire!.id]);
    await pipeline.run();

    await pipeline.source.query(NEW_FRAME);
    await pipeline.run();

    await pipeline.expectShown();
    const versions = await pipeline.warehouse.query<{ price: string }>(
      "SELECT price FROM fact_hire WHERE hire_id = $1 ORDER BY hire_record_id",
      [hire!.id],
    );
    expect(versions).to.have.length(2);
    expect(versions[1]?.price).to.equal("77.00");
    const waiting = await pipeline.warehouse.query(
      "SELECT FROM marble_orphan WHERE healed_by IS NULL AND superseded_by IS NULL",
    );
    expect(waiting).to.have.length(0);
  });

  it("let no waiting fact overtake its later version", async () => {
    pipeline = await startHires();
    await pipeline.source.query(NO_FRAME);
    await pipeline.run();
    const [hire] = await pipeline.source.query<{ id: number }>(
      "SELECT min(hire_id) AS id FROM hire WHERE bike_id = 2",
    );
    await pipeline.source.query("UPDATE hire SET bike_id = 1 WHERE hire_id = $1", [hire!.id]);
    await pipeline.run();
    await pipeline.source.query(NEW_FRAME);
    await pipeline.run();

    await pipeline.expectShown();
    expect(
      await pipeline.warehouse.query("SELECT FROM fact_hire WHERE hire_id = $1", [hire!.id]),
    ).to.have.length(1);
  });

  it("let a fact wait once, however often it is captured", async () => {
    pipeline = await startHires();
    await pipeline.source.query(NO_FRAME);
    await pipeline.run();
    // The table is rewritten, so its rows have new ids and their old content.
    await pipeline.source.query("ALTER TABLE hire ALTER price TYPE numeric(11,3)");
    await pipeline.run();
    await pipeline.source.query(NEW_FRAME);
    await pipeline.run();

    const [facts] = await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM fact_hire");
    const [hires] = await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM hire");
    expect(facts!.n).to.equal(hires!.n);
  });

  it("include a file with fewer rows than its commit says, which is refused by name", async () => {
    pipeline = await startHires();
    await pipeline.ingest();
    const head = (await pipeline.ingested.log.head())!;
    const bike = head.commit.tables["bike"]!;
    const files = bike.files.map((file) => ({ ...file, rows: file.rows + 1 }));
    const wrong = {
      ...head.commit,
      number: 2,
      tables: { ...head.commit.tables, bike: { ...bike, files } },
    };
    await pipeline.ingested.log.append(2 as typeof head.number, wrong);

    const error = await pipeline.process().catch((caught: unknown) => caught);

    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/bike.*\.csv has 6 rows, but its commit says 7/);
  });

  it("do not include a new column, which reaches the lake and stops nothing", async () => {
    pipeline = await startHiresAfterFirstRun();
    await pipeline.source.query("ALTER TABLE bike ADD colour text DEFAULT 'red'");
    await pipeline.source.query("UPDATE bike SET frame = 'New' WHERE bike_id = 1");
    await pipeline.run();

    await pipeline.expectShown();
    const { commit } = (await pipeline.ingested.log.head())!;
    expect(commit.tables["bike"]!.columns.map(({ name }) => name)).to.include("colour");
    expect(await pipeline.ingested.store.get(commit.tables["bike"]!.files[0]!.key)).to.include("red");
  });

  it("include a dropped column that the model reads: only its table is quarantined, until the model is corrected", async () => {
    pipeline = await startHiresAfterFirstRun();
    await pipeline.source.query("ALTER TABLE customer RENAME address_line_1 TO street");
    await pipeline.source.query("UPDATE customer SET customer_name = 'First' WHERE customer_id = 1");
    await pipeline.source.query(
      "INSERT INTO hire SELECT hire_id + 1000, started_at, customer_id, bike_id, price, currency_code, paid, due FROM hire LIMIT 2",
    );
    await pipeline.run();
    await pipeline.source.query("UPDATE customer SET customer_name = 'Second' WHERE customer_id = 8");
    await pipeline.run();

    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({
      customer: { since: 2, breaches: ["column address_line_1 is missing"] },
    });
    const [shown] = await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM current_hire");
    const [hires] = await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM hire");
    expect(shown!.n).to.equal(hires!.n);

    await pipeline.source.query("UPDATE depot SET town = town");
    await pipeline.ingest();
    await pipeline.process({ model: streetModel() });
    await pipeline.load();

    const customers = await pipeline.warehouse.query(
      "SELECT FROM dim_customer WHERE customer_name IN ('First', 'Second')",
    );
    expect(customers).to.have.length(2);
    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
  });
});
