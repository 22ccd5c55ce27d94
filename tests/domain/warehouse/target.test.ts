import { expect } from "chai";
import { TerminalError } from "../../../domain/errors";
import { dimCounterparty } from "../../../domain/shop/tables/dim-counterparty";
import { dimCurrency } from "../../../domain/shop/tables/dim-currency";
import { dimDate } from "../../../domain/model/dim-date";
import { factPurchaseOrder } from "../../../domain/shop/tables/fact-purchase-order";
import type { WarehouseTable } from "../../../domain/model/table";
import { text } from "../../../domain/model/types";
import { findTarget, type CatalogueColumn, type CatalogueTable } from "../../../domain/warehouse/target";
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
    const names = namesOf(dimCurrency);

    const found = findTarget(dimCurrency, [
      prepared("other", []),
      prepared("dim_currency", names, [["currency_id"]]),
    ]);

    expect(found).to.deep.equal({
      table: dimCurrency,
      name: "dim_currency",
      columns: new Map(names.map((name) => [name, name])),
      types: new Map(names.map((name) => [name, typeOf(text)])),
      surrogateKey: undefined,
      keyIsUnique: true,
      changesRows: false,
    });
  });

  const alike: readonly (readonly [string, WarehouseTable, string])[] = [
    ["in the plural", factPurchaseOrder, "fact_purchase_orders"],
    ["without underscores", factPurchaseOrder, "factpurchaseorder"],
    ["in camel case", factPurchaseOrder, "FactPurchaseOrder"],
    ["in capitals", dimDate, "DIM_DATES"],
  ];
  for (const [what, table, name] of alike) {
    it(`by a name ${what}: ${name}`, () => {
      expect(findTarget(table, [prepared(name, namesOf(table))])?.name).to.equal(name);
    });
  }

  it("by columns whose names differ in underscores and capitals", () => {
    const theirs = namesOf(dimCounterparty).map((name) =>
      name.replace("line_2", "line2").replace("legal_name", "Legal_Name"),
    );

    const found = findTarget(dimCounterparty, [prepared("dim_counterparty", theirs)]);

    expect([...found!.columns].filter(([ours, their]) => ours !== their)).to.deep.equal([
      ["counterparty_legal_name", "counterparty_Legal_Name"],
      ["counterparty_legal_address_line_2", "counterparty_legal_address_line2"],
    ]);
  });

  it("with the surrogate key of a fact, which has a default", () => {
    const theirs = namesOf(factPurchaseOrder).map((name) =>
      name === "purchase_record_id" ? "PurchaseRecordId" : name,
    );

    expect(findTarget(factPurchaseOrder, [prepared("fact_purchase_order", theirs)])).to.include({
      surrogateKey: "PurchaseRecordId",
      keyIsUnique: false,
    });
  });

  it("among similar names, when one has exactly this name", () => {
    const names = namesOf(dimCurrency);

    expect(
      findTarget(dimCurrency, [prepared("dim_currencys", names), prepared("dim_currency", names)])?.name,
    ).to.equal("dim_currency");
  });

  it("with extra columns that need no value", () => {
    const names = [...namesOf(dimCurrency), "note", "loaded_at"];

    expect([...findTarget(dimCurrency, [prepared("dim_currency", names)])!.columns.keys()]).to.deep.equal(
      namesOf(dimCurrency),
    );
  });

  it("or is reported as missing", () => {
    expect(findTarget(dimCurrency, [])).to.equal(undefined);
    expect(findTarget(dimCurrency, [prepared("dim_currencies", namesOf(dimCurrency))])).to.equal(undefined);
  });
});

describe("The key of a prepared table is unique", () => {
  const cases: readonly (readonly [string, CatalogueTable["uniqueKeys"], boolean])[] = [
    ["with an index on the key alone", [["currency_code"], ["CurrencyId"]], true],
    ["not with an index on more columns", [["CurrencyId", "currency_code"]], false],
    ["not with an index on another column", [["currency_code"]], false],
    ["not without an index", [], false],
  ];
  for (const [what, uniqueKeys, unique] of cases) {
    it(what, () => {
      const table = prepared("dim_currency", ["CurrencyId", "currency_code", "currency_name"], uniqueKeys);
      expect(findTarget(dimCurrency, [table])?.keyIsUnique).to.equal(unique);
    });
  }
});

describe("A prepared table that does not fit is refused with the problem", () => {
  const names = namesOf(dimCurrency);
  const cases: readonly (readonly [string, WarehouseTable, readonly CatalogueTable[], string])[] = [
    [
      "when two tables match",
      dimCurrency,
      [prepared("dimcurrency", names), prepared("dim_currencys", names)],
      "the warehouse has dimcurrency and dim_currencys: which of them is dim_currency?",
    ],
    [
      "when two columns match",
      dimCurrency,
      [prepared("dim_currency", [...names.slice(0, 2), "CurrencyName", "currencyname"])],
      "the warehouse has CurrencyName and currencyname: which of them is currency_name?",
    ],
    [
      "when columns are missing",
      dimCurrency,
      [prepared("Dim_Currency", ["currency_id", "code"])],
      "the warehouse table Dim_Currency has no column currency_code, currency_name; it has currency_id, code",
    ],
    [
      "when the surrogate key of a fact is missing",
      factPurchaseOrder,
      [prepared("fact_purchase_order", namesOf(factPurchaseOrder).slice(1))],
      "the warehouse table fact_purchase_order has no column purchase_record_id; it has",
    ],
    [
      "when a column needs a value that the model does not have",
      dimCurrency,
      [prepared("dim_currency", [column("currency_id", true), ...names.slice(1), column("symbol", true)])],
      "the warehouse table dim_currency wants a value for symbol, which the model does not have: give the column a default, or let it be NULL",
    ],
    [
      "when the surrogate key of a fact has no default",
      factPurchaseOrder,
      [
        prepared(
          "fact_purchase_order",
          namesOf(factPurchaseOrder).map((name) => column(name, true)),
        ),
      ],
      "the warehouse table fact_purchase_order wants a value for purchase_record_id",
    ],
  ];
  for (const [what, table, catalogue, message] of cases) {
    it(what, () => {
      expect(() => findTarget(table, catalogue)).to.throw(TerminalError, message);
    });
  }
});
