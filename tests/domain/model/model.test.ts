import { expect } from "chai";
import { columnsOf, references } from "../../../domain/model/columns";
import { contractsOf, loadOrder, modelShape, type Model } from "../../../domain/model/model";
import { sourceTable } from "../../../domain/model/source";
import { dimension, feedsOf, joinsOfFeed, referencesOf, tombstoneTable } from "../../../domain/model/table";
import { integer } from "../../../domain/model/types";
import { factHire, hireModel } from "../../support/hires/model";
import { HIRE_TABLES } from "../../support/hires/warehouse-tables";

describe("The order of loading", () => {
  it("has every table once with parents before children", () => {
    const order = loadOrder(hireModel).map(({ name }) => name);

    expect(order).to.have.members(Object.keys(HIRE_TABLES));
    for (const [name, columns] of Object.entries(HIRE_TABLES)) {
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
  const withTables = (...tables: Model["tables"]): Model => ({ ...hireModel, tables });

  it("accepts a table that refers to itself", () => {
    const tree = withTables(pointing("b", "a"), pointing("a", "a"));
    expect(loadOrder(tree).map(({ name }) => name)).to.deep.equal(["dim_date", "a", "b"]);
  });

  it("follows references over several tables in any order of declaration", () => {
    const chain = withTables(pointing("c", "b"), pointing("a", "dim_date"), pointing("b", "a"));

    expect(loadOrder(chain).map(({ name }) => name)).to.deep.equal(["dim_date", "a", "b", "c"]);
  });

  it("and the shape do not depend on the order of the parts in a composite reference", () => {
    const seat = sourceTable("seat", { key: ["row", "no"], columns: { row: integer, no: integer } });
    const seats = columnsOf(seat);
    const columns = { row: seats.copy("row"), no: seats.copy("no") };
    const dimSeat = dimension("dim_seat", { description: "", source: seat, key: ["row", "no"], columns });
    const referring = (holder: Readonly<Record<string, "row" | "no">>): Model =>
      withTables(
        dimSeat,
        dimension("dim_next", {
          description: "",
          source: seat,
          key: ["row", "no"],
          columns,
          references: [{ to: "dim_seat", columns: holder }],
        }),
      );
    const shape = modelShape(referring({ row: "row", no: "no" }));

    expect(modelShape(referring({ no: "no", row: "row" }))).to.equal(shape);
    expect(modelShape(referring({ row: "no", no: "row" }))).not.to.equal(shape);
  });

  it("is refused when a table refers to a table outside the model", () => {
    expect(() => loadOrder(withTables(factHire))).to.throw(
      TypeError,
      "fact_hire refers to dim_customer, which is not in the model",
    );
  });

  it("is refused for circular references, with their names", () => {
    const circle = withTables(pointing("a", "b"), pointing("b", "c"), pointing("c", "a"));

    expect(() => loadOrder(circle)).to.throw(TypeError, "tables refer in a circle: a → b → c → a");
  });
});

describe("The declarations determine", () => {
  it("which source tables are read, including joined tables", () => {
    expect([...contractsOf(hireModel).keys()]).to.have.members([
      "bike",
      "country",
      "customer",
      "depot",
      "hire",
      "repair",
    ]);
  });

  it("which joins a table needs, each once", () => {
    const joins = hireModel.tables.map(
      (table) =>
        [
          table.name,
          feedsOf(table)
            .flatMap(joinsOfFeed)
            .map(({ on, to }) => [on, to.name]),
        ] as const,
    );

    expect(joins.filter(([, needed]) => needed.length > 0)).to.deep.equal([
      ["dim_bike", [[["depot_id"], "depot"]]],
    ]);
  });

  it("which dimensions a table refers to, each once", () => {
    expect(referencesOf(factHire)).to.deep.equal(["dim_date", "dim_customer", "dim_bike"]);
    expect(referencesOf(hireModel.calendar)).to.deep.equal([]);
  });

  it("the table of keys that holds the tombstones of a fact", () => {
    expect(tombstoneTable(factHire)).to.deep.equal({
      name: "fact_hire_deleted",
      columns: { hire_id: factHire.columns["hire_id"] },
    });
    expect(() => tombstoneTable({ ...factHire, key: ["other"] })).to.throw(
      TypeError,
      "fact_hire has no column other",
    );
  });
});
