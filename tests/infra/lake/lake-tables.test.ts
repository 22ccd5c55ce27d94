import { expect } from "chai";
import { glueType, lakeTables, latestQueries } from "../../../infra/lake/lake-tables";
import { model } from "../../../domain/declarations";
import {
  bigint,
  boolean,
  date,
  decimal,
  integer,
  text,
  time,
  timestamp,
  timestamptz,
} from "../../../domain/model/types";

describe("A column of the lake", () => {
  const cases = [
    [integer, "int"],
    [bigint, "bigint"],
    [text, "string"],
    [boolean, "boolean"],
    [date, "date"],
    [timestamp, "timestamp"],
    [timestamptz, "timestamp"],
    [decimal(10, 2), "decimal(10,2)"],
    [decimal(18, 0), "decimal(18,0)"],
    [time, undefined],
  ] as const;
  for (const [type, hive] of cases)
    it(`of the kind ${type.kind} is ${hive ?? "left out"} in Glue`, () =>
      expect(glueType(type)).to.equal(hive));
});

describe("The tables of the lake", () => {
  it("are the tables of the model and the deleted keys of each fact", () => {
    expect(lakeTables(model).map(({ name }) => name)).to.have.members([
      "dim_date",
      "dim_counterparty",
      "dim_currency",
      "dim_design",
      "dim_location",
      "dim_payment_type",
      "dim_staff",
      "dim_transaction",
      "fact_payment",
      "fact_payment_deleted",
      "fact_purchase_order",
      "fact_purchase_order_deleted",
      "fact_sales_order",
      "fact_sales_order_deleted",
    ]);
  });

  it("have exactly the columns of the model except times of day", () => {
    const columns = (name: string): unknown =>
      lakeTables(model)
        .find((table) => table.name === name)
        ?.columns.map((column) => `${column.name} ${column.type}`);
    expect(columns("fact_payment")).to.deep.equal([
      "payment_id int",
      "created_date date",
      "last_updated_date date",
      "transaction_id int",
      "counterparty_id int",
      "payment_amount decimal(10,2)",
      "currency_id int",
      "payment_type_id int",
      "paid boolean",
      "payment_date date",
    ]);
    expect(columns("fact_payment_deleted")).to.deep.equal(["payment_id int"]);
  });

  it("have no column twice, counting partitions, although dim_date has a column year", () => {
    for (const { name, columns, template } of lakeTables(model)) {
      const partitions = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, column]) => column);
      expect(partitions).to.have.length(3);
      const all = [...columns.map((column) => column.name), ...partitions];
      expect(new Set(all).size, name).to.equal(all.length);
    }
  });

  it("of a later version of the model lie under that version's prefix", () => {
    for (const { name, template } of lakeTables({ ...model, version: 2 }))
      expect(template).to.equal(`model-2/\${written_year}/\${written_month}/\${written_day}/${name}/`);
  });

  it("each have a named query for the latest rows", () => {
    expect(latestQueries(model).map(({ name }) => name)).to.deep.equal(
      model.tables.map(({ name }) => `latest_${name}`),
    );
  });
});
