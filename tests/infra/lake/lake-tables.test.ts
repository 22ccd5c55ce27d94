import { expect } from "chai";
import { glueType, lakeTables, latestQueries } from "../../../infra/lake/lake-tables";
import {
  arrayOf,
  bigint,
  boolean,
  date,
  decimal,
  integer,
  interval,
  json,
  jsonb,
  text,
  time,
  timestamp,
  timestamptz,
} from "../../../domain/model/types";
import { hireModel } from "../../support/hires/model";

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
    [json, "string"],
    [jsonb, "string"],
    [interval, "string"],
    [arrayOf(integer), "string"],
  ] as const;
  for (const [type, hive] of cases)
    it(`of the kind ${type.kind} is ${hive ?? "left out"} in Glue`, () =>
      expect(glueType(type)).to.equal(hive));
});

describe("The tables of the lake", () => {
  it("are the tables of the model and the deleted keys of each fact", () => {
    expect(lakeTables(hireModel).map(({ name }) => name)).to.have.members([
      "dim_date",
      "dim_bike",
      "dim_country",
      "dim_customer",
      "fact_hire",
      "fact_hire_deleted",
      "fact_repair",
      "fact_repair_deleted",
    ]);
  });

  it("have exactly the columns of the model except times of day", () => {
    const columns = (name: string): unknown =>
      lakeTables(hireModel)
        .find((table) => table.name === name)
        ?.columns.map((column) => `${column.name} ${column.type}`);
    expect(columns("fact_hire")).to.deep.equal([
      "hire_id int",
      "started_date date",
      "customer_id int",
      "bike_id int",
      "price decimal(10,2)",
      "currency_code string",
      "paid boolean",
      "due_date date",
    ]);
    expect(columns("fact_hire_deleted")).to.deep.equal(["hire_id int"]);
  });

  it("have no column twice, counting partitions, although dim_date has a column year", () => {
    for (const { name, columns, template } of lakeTables(hireModel)) {
      const partitions = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, column]) => column);
      expect(partitions).to.have.length(3);
      const all = [...columns.map((column) => column.name), ...partitions];
      expect(new Set(all).size, name).to.equal(all.length);
    }
  });

  it("of a later version of the model lie under that version's prefix", () => {
    for (const { name, template } of lakeTables({ ...hireModel, version: 2 }))
      expect(template).to.equal(`model-2/\${written_year}/\${written_month}/\${written_day}/${name}/`);
  });

  it("each have a named query for the latest rows", () => {
    expect(latestQueries(hireModel).map(({ name }) => name)).to.deep.equal(
      hireModel.tables.map(({ name }) => `latest_${name}`),
    );
  });
});
