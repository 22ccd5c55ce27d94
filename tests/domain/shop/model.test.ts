import { expect } from "chai";
import { model } from "../../../domain/declarations";
import type { Column } from "../../../domain/model/columns";
import { contractsOf } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import type { CalendarColumn } from "../../../domain/model/table";
import { typeName } from "../../../domain/model/types";
import { findBreaches } from "../../../domain/transform/contract/contract";
import { WAREHOUSE_TABLES } from "../../support/oracle/warehouse-tables";
import { createSource, type TestDatabase } from "../../support/postgres/postgres";

const all = [model.calendar, ...model.tables];

describe("The model of the shop matches the documented warehouse", () => {
  it("in the names of its tables", () => {
    expect(all.map(({ name }) => name)).to.have.members(Object.keys(WAREHOUSE_TABLES));
  });

  for (const table of all) {
    it(`in the columns of ${table.name}, with order, types, NULLs and references`, () => {
      const columns = Object.entries<Column | CalendarColumn>(table.columns).map(([name, column]) => {
        const key = table.kind !== "fact" && table.key.includes(name) ? " PK" : "";
        const to = "references" in column ? ` → ${column.references}` : "";
        return `${name} ${typeName(column.type)}${column.nullable ? "?" : ""}${key}${to}`;
      });
      const surrogate = table.kind === "fact" ? [`${table.surrogateKey} serial PK`] : [];

      expect([...surrogate, ...columns]).to.deep.equal(WAREHOUSE_TABLES[table.name]);
    });
  }

  it("and gives each table the key of its source and a description", () => {
    for (const table of model.tables) {
      expect(
        table.key.map((key) => table.columns[key]?.origin),
        table.name,
      ).to.deep.equal(table.source.key.map((column) => ({ kind: "copy", column, from: table.source.name })));
      expect(table.description, table.name).to.match(/^[A-Z].*\.$/);
    }
  });

  it("and leaves account numbers out of the warehouse", () => {
    const read = [...contractsOf(model).values()].flatMap(({ columns }) => Object.keys(columns));
    expect(read.filter((name) => name.includes("ac_number"))).to.deep.equal([]);
  });

  it("and gives each fact a view of the current rows", () => {
    const views = model.tables.flatMap((table) => (table.kind === "fact" ? [table.currentView] : []));
    expect(views).to.have.members(["current_sales_order", "current_purchase_order", "current_payment"]);
  });

  it("and has no problems", () => {
    expect(modelProblems(model)).to.deep.equal([]);
  });
});

describe("The contracts of the shop", () => {
  let source: TestDatabase;
  before(async () => {
    source = await createSource();
  });
  after(() => source.drop());

  it("accept totesys with its columns, types and NOT NULL constraints", async () => {
    for (const [name, contract] of contractsOf(model)) {
      const columns = await source.query<{ name: string; type: string; nullable: boolean; key: boolean }>(
        `SELECT attname AS name, NOT attnotnull AS nullable,
                CASE typtype WHEN 'e' THEN 'enum ' ELSE '' END || format_type(atttypid, atttypmod) AS type,
                EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND indkey::text = attnum::text) AS key
           FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
          WHERE attrelid = to_regclass($1) AND attnum > 0`,
        [`public.${name}`],
      );

      expect(findBreaches(contract, { columns }), name).to.deep.equal([]);
      const declared = Object.entries(contract.columns).map(([column, { nullable }]) => [column, nullable]);
      const nullable = new Map(columns.map((column) => [column.name, column.nullable]));
      expect(declared, name).to.deep.equal(
        declared.map(([column]) => [column, nullable.get(String(column))]),
      );
      expect(
        columns.filter(({ key }) => key).map((column) => column.name),
        name,
      ).to.deep.equal(contract.key);
    }
  });
});
