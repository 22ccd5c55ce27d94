import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { model } from "../../../domain/declarations";
import { sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { placeSalesOrders } from "../../../local/databases/totesys/changes";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { rejectedRows } from "../../support/pipeline/rejected-rows";

describe("Rows and tables that break their contract", () => {
  let pipeline: Pipeline;
  afterEach(() => pipeline.close());

  const expectSame = async (): Promise<void> => {
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
  };

  const bad: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "an invalid date",
      "payment",
      "UPDATE payment SET payment_date = '2024-02-30' WHERE payment_id = 7",
      /payment_date "2024-02-30" is not a date/,
    ],
    [
      "a date beyond any calendar",
      "payment",
      "UPDATE payment SET payment_date = '9024-02-03' WHERE payment_id = 7",
      /outside the calendar's limits/,
    ],
    [
      "a NULL where none may be",
      "payment",
      "ALTER TABLE payment ALTER paid DROP NOT NULL; UPDATE payment SET paid = NULL WHERE payment_id = 7",
      /paid is NULL/,
    ],
    [
      "an infinite timestamp",
      "payment",
      "UPDATE payment SET last_updated = 'infinity' WHERE payment_id = 7",
      /last_updated "infinity" is not a valid timestamp/,
    ],
    [
      "an invalid number",
      "payment",
      "UPDATE payment SET payment_amount = 'NaN' WHERE payment_id = 7",
      /payment_amount "NaN" is not a valid numeric/,
    ],
    [
      "a number out of range",
      "payment",
      "ALTER TABLE payment ALTER payment_amount TYPE numeric; UPDATE payment SET payment_amount = 1e12 WHERE payment_id = 7",
      /payment_amount "1000000000000.*" is not a valid numeric/,
    ],
  ];
  for (const [what, table, sql, reason] of bad) {
    it(`are set aside with the reason, others continue, and a corrected version repairs them: a row with ${what}`, async () => {
      pipeline = await startPipeline({ seeded: true });
      const [before] = await pipeline.source.query<{ row: string }>(
        "SELECT format('UPDATE payment SET payment_date=%L, paid=%L, last_updated=%L, payment_amount=%L WHERE payment_id = 7', payment_date, paid, last_updated, payment_amount) AS row FROM payment WHERE payment_id = 7",
      );
      await pipeline.source.query(sql);
      await pipeline.ingest();

      expect((await pipeline.process()).rejected).to.equal(1);
      await pipeline.load();

      const [row] = await rejectedRows(pipeline);
      expect(row).to.deep.include({ table, commit: 1 });
      expect(row?.reason).to.match(reason);
      expect(row?.row).to.match(/^7,|,7,/);
      const all = (await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM payment"))[0]!.n;
      const loaded = (
        await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM current_payment")
      )[0]!.n;
      expect(Number(loaded)).to.equal(Number(all) - 1);

      await pipeline.source.query(before!.row);
      await pipeline.run();
      await expectSame();
    });
  }

  it("let facts of a rejected dimension row wait, and come in order once it is corrected", async () => {
    pipeline = await startPipeline({ seeded: true });
    await pipeline.source.query("UPDATE currency SET currency_code = 'XYZ' WHERE currency_id = 2");
    await pipeline.ingest();
    expect((await pipeline.process()).rejected).to.equal(1);
    const report = await pipeline.load();
    expect(report.waiting).to.be.greaterThan(10);
    const [order] = await pipeline.source.query<{ id: number }>(
      "SELECT min(sales_order_id) AS id FROM sales_order WHERE currency_id = 2",
    );
    await pipeline.source.query("UPDATE sales_order SET units_sold = 77 WHERE sales_order_id = $1", [
      order!.id,
    ]);
    await pipeline.run();

    await pipeline.source.query("UPDATE currency SET currency_code = 'USD' WHERE currency_id = 2");
    await pipeline.run();

    await expectSame();
    const versions = await pipeline.warehouse.query<{ units_sold: number }>(
      "SELECT units_sold FROM fact_sales_order WHERE sales_order_id = $1 ORDER BY sales_record_id",
      [order!.id],
    );
    expect(versions).to.have.length(2);
    expect(versions[1]?.units_sold).to.equal(77);
    const waiting = await pipeline.warehouse.query(
      "SELECT FROM marble_orphan WHERE healed_by IS NULL AND superseded_by IS NULL",
    );
    expect(waiting).to.have.length(0);
  });

  it("let no waiting fact overtake its later version", async () => {
    pipeline = await startPipeline({ seeded: true });
    await pipeline.source.query("UPDATE currency SET currency_code = 'XYZ' WHERE currency_id = 2");
    await pipeline.run();
    const [order] = await pipeline.source.query<{ id: number }>(
      "SELECT min(sales_order_id) AS id FROM sales_order WHERE currency_id = 2",
    );
    await pipeline.source.query("UPDATE sales_order SET currency_id = 1 WHERE sales_order_id = $1", [
      order!.id,
    ]);
    await pipeline.run();
    await pipeline.source.query("UPDATE currency SET currency_code = 'USD' WHERE currency_id = 2");
    await pipeline.run();

    await expectSame();
    expect(
      await pipeline.warehouse.query("SELECT FROM fact_sales_order WHERE sales_order_id = $1", [order!.id]),
    ).to.have.length(1);
  });

  it("let a fact wait once, however often it is captured", async () => {
    pipeline = await startPipeline({ seeded: true });
    await pipeline.source.query("UPDATE currency SET currency_code = 'XYZ' WHERE currency_id = 2");
    await pipeline.run();
    // The table is rewritten: its rows carry new ids, with the content that they had.
    await pipeline.source.query("ALTER TABLE sales_order ALTER unit_price TYPE numeric(11,3)");
    await pipeline.run();
    await pipeline.source.query("UPDATE currency SET currency_code = 'USD' WHERE currency_id = 2");
    await pipeline.run();

    const [facts] = await pipeline.warehouse.query<{ n: string }>(
      "SELECT count(*) AS n FROM fact_sales_order",
    );
    const [orders] = await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM sales_order");
    expect(facts!.n).to.equal(orders!.n);
  });

  it("include a file with fewer rows than its commit says, which is refused by name", async () => {
    pipeline = await startPipeline({ seeded: true });
    await pipeline.ingest();
    const head = (await pipeline.ingested.log.head())!;
    const design = head.commit.tables["design"]!;
    const files = design.files.map((file) => ({ ...file, rows: file.rows + 1 }));
    const wrong = {
      ...head.commit,
      number: 2,
      tables: { ...head.commit.tables, design: { ...design, files } },
    };
    await pipeline.ingested.log.append(2 as typeof head.number, wrong);

    const error = await pipeline.process().catch((caught: unknown) => caught);

    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/design.*\.csv has 20 rows, but its commit says 21/);
  });

  it("do not include a new column, which reaches the lake and stops nothing", async () => {
    pipeline = await startAfterFirstRun();
    await pipeline.source.query("ALTER TABLE design ADD colour text DEFAULT 'red'");
    await pipeline.source.query(
      "UPDATE design SET design_name = 'New' WHERE design_id = (SELECT min(design_id) FROM design)",
    );
    await pipeline.run();

    await expectSame();
    const { commit } = (await pipeline.ingested.log.head())!;
    expect(commit.tables["design"]!.columns.map(({ name }) => name)).to.include("colour");
    expect(await pipeline.ingested.store.get(commit.tables["design"]!.files[0]!.key)).to.include("red");
  });

  it("include a dropped column that the model reads: only its table is quarantined, until the model is corrected", async () => {
    pipeline = await startAfterFirstRun();
    await pipeline.source.query("ALTER TABLE design RENAME file_name TO file");
    await pipeline.source.query(
      "UPDATE design SET design_name = 'First' WHERE design_id = (SELECT min(design_id) FROM design)",
    );
    await placeSalesOrders(pipeline.source.client, {
      count: 2,
      seed: 3,
      now: new Date("2024-11-08T08:00:00Z"),
    });
    await pipeline.run();
    await pipeline.source.query(
      "UPDATE design SET design_name = 'Second' WHERE design_id = (SELECT max(design_id) FROM design)",
    );
    await pipeline.run();

    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({
      design: { since: 2, breaches: ["column file_name is missing"] },
    });
    const [orders] = await pipeline.warehouse.query<{ n: string }>(
      "SELECT count(*) AS n FROM current_sales_order",
    );
    const [placed] = await pipeline.source.query<{ n: string }>("SELECT count(*) AS n FROM sales_order");
    expect(orders!.n).to.equal(placed!.n);

    await pipeline.source.query("UPDATE department SET location = location");
    await pipeline.ingest();
    await pipeline.process({ model: corrected() });
    await pipeline.load();

    const designs = await pipeline.warehouse.query<{ design_name: string }>(
      "SELECT design_name FROM dim_design WHERE design_name IN ('First', 'Second')",
    );
    expect(designs).to.have.length(2);
    expect((await pipeline.processed.log.head())!.commit.quarantine).to.deep.equal({});
  });
});

/** The model, with the column's new name. */
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
