import { expect } from "chai";
import { type Column, columnsOf, references } from "../../../domain/model/columns";
import { contractsOf, loadOrder, type Model } from "../../../domain/model/model";
import { model } from "../../../domain/declarations";
import { sourceTable } from "../../../domain/model/source";
import {
  dimension,
  joinsOf,
  referencesOf,
  tombstoneTable,
  type CalendarColumn,
} from "../../../domain/model/table";
import { integer, typeName } from "../../../domain/model/types";
import { factPayment } from "../../../domain/shop/tables/fact-payment";
import { WAREHOUSE_TABLES } from "../../support/oracle/warehouse-tables";

const all = [model.calendar, ...model.tables];

describe("The model matches the documented warehouse", () => {
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
      ).to.deep.equal(table.source.key.map((column) => ({ kind: "copy", column })));
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
});

describe("The order of loading", () => {
  it("has every table once with parents before children", () => {
    const order = loadOrder(model).map(({ name }) => name);

    expect(order).to.have.members(all.map(({ name }) => name));
    for (const [name, columns] of Object.entries(WAREHOUSE_TABLES)) {
      for (const parent of columns.flatMap((column) => column.split(" → ").slice(1)))
        expect(order.indexOf(parent), `${parent} before ${name}`).to.be.below(order.indexOf(name));
    }
  });

  const thing = sourceTable("thing", { key: "id", columns: { id: integer, other: integer } });
  const own = columnsOf(thing);
  const pointing = (name: string, to: string) =>
    dimension(name, {
      description: "",
      source: thing,
      key: "id",
      columns: { id: own.copy("id"), other: references(to, own.copy("other")) },
    });
  const withTables = (...tables: Model["tables"]): Model => ({ ...model, tables });

  it("accepts a table that refers to itself", () => {
    const tree = withTables(pointing("b", "a"), pointing("a", "a"));
    expect(loadOrder(tree).map(({ name }) => name)).to.deep.equal(["dim_date", "a", "b"]);
  });

  it("follows references over several tables in any order of declaration", () => {
    const chain = withTables(pointing("c", "b"), pointing("a", "dim_date"), pointing("b", "a"));

    expect(loadOrder(chain).map(({ name }) => name)).to.deep.equal(["dim_date", "a", "b", "c"]);
  });

  it("is refused when a table refers to a table outside the model", () => {
    expect(() => loadOrder(withTables(factPayment))).to.throw(
      TypeError,
      "fact_payment refers to dim_transaction, which is not in the model",
    );
  });

  it("is refused for circular references, with their names", () => {
    const circle = withTables(pointing("a", "b"), pointing("b", "c"), pointing("c", "a"));

    expect(() => loadOrder(circle)).to.throw(TypeError, "tables refer in a circle: a → b → c → a");
  });
});

describe("The declarations determine", () => {
  it("which source tables are read, including joined tables", () => {
    expect([...contractsOf(model).keys()]).to.have.members([
      "address",
      "counterparty",
      "currency",
      "department",
      "design",
      "payment",
      "payment_type",
      "purchase_order",
      "sales_order",
      "staff",
      "transaction",
    ]);
  });

  it("which joins a table needs, each once", () => {
    const joins = model.tables.map(
      (table) => [table.name, joinsOf(table).map(({ on, to }) => [on, to.name])] as const,
    );

    expect(joins.filter(([, needed]) => needed.length > 0)).to.deep.equal([
      ["dim_counterparty", [[["legal_address_id"], "address"]]],
      ["dim_staff", [[["department_id"], "department"]]],
    ]);
  });

  it("which dimensions a table refers to, each once", () => {
    expect(referencesOf(factPayment)).to.deep.equal([
      "dim_date",
      "dim_transaction",
      "dim_counterparty",
      "dim_currency",
      "dim_payment_type",
    ]);
    expect(referencesOf(model.calendar)).to.deep.equal([]);
  });

  it("the table of keys that holds the tombstones of a fact", () => {
    expect(tombstoneTable(factPayment)).to.deep.equal({
      name: "fact_payment_deleted",
      columns: { payment_id: factPayment.columns["payment_id"] },
    });
    expect(() => tombstoneTable({ ...factPayment, key: ["other"] })).to.throw(
      TypeError,
      "fact_payment has no column other",
    );
  });
});
