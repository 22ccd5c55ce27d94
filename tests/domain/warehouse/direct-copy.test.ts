import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { sourceTable } from "../../../domain/model/source";
import { dimension } from "../../../domain/model/table";
import { date, decimal, integer, text, time } from "../../../domain/model/types";
import { takesCopy, type TableProperties } from "../../../domain/warehouse/direct-copy";
import type { TargetTable } from "../../../domain/warehouse/target";
import { targetOf } from "../../support/warehouse/staging";

const thing = sourceTable("thing", {
  key: "id",
  columns: { id: integer, name: text, day: date, at: time, price: decimal(10, 2) },
});
const own = columnsOf(thing);
const dimThing = dimension("dim_thing", {
  description: "",
  source: thing,
  key: "id",
  columns: {
    id: own.copy("id"),
    name: own.copy("name"),
    day: own.copy("day"),
    at: own.copy("at"),
    price: own.copy("price"),
  },
});

const properties = (plain = true): TableProperties => ({ plain, foreignKeys: [] });
const withTypes = (types: Readonly<Record<string, string>>): TargetTable =>
  targetOf(dimThing, {
    types: Object.fromEntries(
      Object.entries(types).map(([name, declared]) => [name, { declared, isText: false, isLoose: false }]),
    ),
  });

describe("A table accepts a direct copy", () => {
  it("when its columns have the model's types, with any text type and length", () => {
    expect(takesCopy(withTypes({}), properties())).to.equal(true);
    expect(takesCopy(withTypes({ name: "text" }), properties())).to.equal(true);
    expect(takesCopy(withTypes({ name: "character varying(5)" }), properties())).to.equal(true);
    expect(
      takesCopy(withTypes({ at: "time(0) without time zone", price: "numeric" }), properties()),
    ).to.equal(true);
  });

  it("but not when a value needs a cast, because its bytes would be misread", () => {
    expect(takesCopy(withTypes({ day: "integer" }), properties())).to.equal(false);
    expect(takesCopy(withTypes({ id: "bigint" }), properties())).to.equal(false);
    expect(takesCopy(withTypes({ name: "character(5)" }), properties())).to.equal(false);
    expect(takesCopy(withTypes({ at: "time(0) with time zone" }), properties())).to.equal(false);
  });

  it("but not when COPY would behave differently from INSERT", () => {
    expect(takesCopy(withTypes({}), properties(false))).to.equal(false);
  });
});
