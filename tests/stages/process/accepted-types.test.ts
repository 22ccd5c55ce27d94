import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { required, sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import { bigint, boolean, decimal, integer } from "../../../domain/model/types";
import { dimDate } from "../../../domain/model/dim-date";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { createDatabase } from "../../support/postgres/postgres";
import { rejectedRows } from "../../support/pipeline/rejected-rows";

const payment = sourceTable("payment", {
  key: "payment_id",
  columns: {
    payment_id: integer,
    paid: required(boolean, { accepts: ["text"] }),
    price: required(decimal(10, 2), { accepts: ["real"] }),
    rate: required(decimal(18, 6), { accepts: ["double precision"] }),
    quantity: required(integer, { accepts: ["numeric"] }),
    total: required(bigint, { accepts: ["numeric", "double precision"] }),
  },
});
const own = columnsOf(payment);
const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_payment", {
      description: "What was paid.",
      source: payment,
      key: "payment_id",
      columns: {
        payment_id: own.copy("payment_id"),
        paid: own.copy("paid"),
        price: own.copy("price"),
        rate: own.copy("rate"),
        quantity: own.copy("quantity"),
        total: own.copy("total"),
      },
    }),
  ],
};

describe("A column of an accepted type", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(`
      CREATE TABLE payment (payment_id int PRIMARY KEY, paid boolean NOT NULL, price numeric(10,2) NOT NULL,
        rate numeric(18,6) NOT NULL, quantity int NOT NULL, total bigint NOT NULL);
      INSERT INTO payment VALUES (1, true, 1000000, 0.00005, 10, 9007199254740992), (2, false, -12.5, 0, -3, -1);
      ALTER TABLE payment ALTER paid TYPE text, ALTER price TYPE real, ALTER rate TYPE double precision,
        ALTER quantity TYPE numeric(10,2), ALTER total TYPE double precision`);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const run = async (): Promise<unknown[]> => {
    await pipeline.ingest();
    await pipeline.process({ model });
    await pipeline.load({ model });
    return pipeline.warehouse.query(
      "SELECT paid, price::text, rate::text, quantity, total::text FROM dim_payment ORDER BY payment_id",
    );
  };

  it("keeps every value that fits, whatever the print format of the other type", async () => {
    expect(await run()).to.deep.equal([
      { paid: true, price: "1000000.00", rate: "0.000050", quantity: 10, total: "9007199254740992" },
      { paid: false, price: "-12.50", rate: "0.000000", quantity: -3, total: "-1" },
    ]);
    expect(await rejectedRows(pipeline)).to.deep.equal([]);
  });

  it("rejects the rows whose value does not fit, with a remedy for values that are not finite numbers", async () => {
    await pipeline.source.query(`
      UPDATE payment SET quantity = 10.5 WHERE payment_id = 1;
      UPDATE payment SET price = 'NaN' WHERE payment_id = 2`);

    expect(await run()).to.deep.equal([]);
    expect((await rejectedRows(pipeline)).map((row) => (row as { reason: string }).reason)).to.have.members([
      'quantity "10.50" is not a valid integer',
      'price "NaN" is not a valid numeric(10,2): it is not a finite number; set it to NULL in the source, or declare the column as text',
    ]);
  });
});
