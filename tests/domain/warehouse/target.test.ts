import { expect } from "chai";
import { TerminalError } from "../../../domain/errors";
import { dimDate } from "../../../domain/model/dim-date";
import type { WarehouseTable } from "../../../domain/model/table";
import { text } from "../../../domain/model/types";
import { findTarget, type CatalogueColumn, type CatalogueTable } from "../../../domain/warehouse/target";
import { dimCountry, dimCustomer, factHire } from "../../support/hires/model";
import { catalogueColumn, typeOf } from "../../support/warehouse/staging";

const column = (name: string, required = false): CatalogueColumn => ({
  ...catalogueColumn(name, typeOf(text)),
  required,
  hasDefault: true,
});
const prepared = (
  name: string,
  columns: readonly (string | CatalogueColumn)[],
  uniqueKeys: CatalogueTable["uniqueKeys"] = [],
): CatalogueTable => ({
  name,
  columns: columns.map((one) => (typeof one === "string" ? column(one) : one)),
  uniqueKeys,
  changesRows: false,
});
const namesOf = (table: WarehouseTable): string[] => [
  ...(table.kind === "fact" ? [table.surrogateKey] : []),
  ...Object.keys(table.columns),
];

describe("A table of the model is found in a prepared warehouse", () => {
  it("by its name, column by column", () => {
    const names = namesOf(dimCountry);

    const found = findTarget(dimCountry, [
      prepared("other", []),
      prepared("dim_country", names, [["country_id"]]),
    ]);

    expect(found).to.deep.equal({
      table: dimCountry,
      name: "dim_country",
      columns: new Map(names.map((name) => [name, name])),
      types: new Map(names.map((name) => [name, typeOf(text)])),
      surrogateKey: undefined,
      keyIsUnique: true,
      changesRows: false,
    });
  });

  const alike: readonly (readonly [string, WarehouseTable, string])[] = [
    ["in the plural", factHire, "fact_hires"],
    ["without underscores", factHire, "facthire"],
    ["in camel case", factHire, "FactHire"],
    ["in capitals", dimDate, "DIM_DATES"],
  ];
  for (const [what, table, name] of alike) {
    it(`by a name ${what}: ${name}`, () => {
      expect(findTarget(table, [prepared(name, namesOf(table))])?.name).to.equal(name);
    });
  }

  it("by columns whose names differ in underscores and capitals", () => {
    const theirs = namesOf(dimCustomer).map((name) =>
      name.replace("line_2", "line2").replace("customer_name", "Customer_Name"),
    );

    const found = findTarget(dimCustomer, [prepared("dim_customer", theirs)]);

    expect([...found!.columns].filter(([ours, their]) => ours !== their)).to.deep.equal([
      ["customer_name", "Customer_Name"],
      ["address_line_2", "address_line2"],
    ]);
  });

  it("with the surrogate key of a fact, which has a default", () => {
    const theirs = namesOf(factHire).map((name) => (name === "hire_record_id" ? "HireRecordId" : name));

    expect(findTarget(factHire, [prepared("fact_hire", theirs)])).to.include({
      surrogateKey: "HireRecordId",
      keyIsUnique: false,
    });
  });

  it("among similar names, when one has exactly this name", () => {
    const names = namesOf(dimCountry);

    expect(
      findTarget(dimCountry, [prepared("dim_countrys", names), prepared("dim_country", names)])?.name,
    ).to.equal("dim_country");
  });

  it("with extra columns that need no value", () => {
    const names = [...namesOf(dimCountry), "note", "loaded_at"];

    expect([...findTarget(dimCountry, [prepared("dim_country", names)])!.columns.keys()]).to.deep.equal(
      namesOf(dimCountry),
    );
  });

  it("or is reported as missing", () => {
    expect(findTarget(dimCountry, [])).to.equal(undefined);
    expect(findTarget(dimCountry, [prepared("dim_countries", namesOf(dimCountry))])).to.equal(undefined);
  });
});

describe("The key of a prepared table is unique", () => {
  const cases: readonly (readonly [string, CatalogueTable["uniqueKeys"], boolean])[] = [
    ["with an index on the key alone", [["country_code"], ["CountryId"]], true],
    ["not with an index on more columns", [["CountryId", "country_code"]], false],
    ["not with an index on another column", [["country_code"]], false],
    ["not without an index", [], false],
  ];
  for (const [what, uniqueKeys, unique] of cases) {
    it(what, () => {
      const table = prepared("dim_country", ["CountryId", "country_code", "country_name"], uniqueKeys);
      expect(findTarget(dimCountry, [table])?.keyIsUnique).to.equal(unique);
    });
  }
});

describe("A prepared table that does not fit is refused with the problem", () => {
  const names = namesOf(dimCountry);
  const cases: readonly (readonly [string, WarehouseTable, readonly CatalogueTable[], string])[] = [
    [
      "when two tables match",
      dimCountry,
      [prepared("dimcountry", names), prepared("dim_countrys", names)],
      "the warehouse has dimcountry and dim_countrys: which of them is dim_country?",
    ],
    [
      "when two columns match",
      dimCountry,
      [prepared("dim_country", [...names.slice(0, 2), "CountryName", "countryname"])],
      "the warehouse has CountryName and countryname: which of them is country_name?",
    ],
    [
      "when columns are missing",
      dimCountry,
      [prepared("Dim_Country", ["country_id", "code"])],
      "the warehouse table Dim_Country has no column country_code, country_name; it has country_id, code",
    ],
    [
      "when the surrogate key of a fact is missing",
      factHire,
      [prepared("fact_hire", namesOf(factHire).slice(1))],
      "the warehouse table fact_hire has no column hire_record_id; it has",
    ],
    [
      "when a column needs a value that the model does not have",
      dimCountry,
      [prepared("dim_country", [column("country_id", true), ...names.slice(1), column("symbol", true)])],
      "the warehouse table dim_country wants a value for symbol, which the model does not have: give the column a default, or let it be NULL",
    ],
    [
      "when the surrogate key of a fact has no default",
      factHire,
      [
        prepared(
          "fact_hire",
          namesOf(factHire).map((name) => column(name, true)),
        ),
      ],
      "the warehouse table fact_hire wants a value for hire_record_id",
    ],
  ];
  for (const [what, table, catalogue, message] of cases) {
    it(what, () => {
      expect(() => findTarget(table, catalogue)).to.throw(TerminalError, message);
    });
  }
});
