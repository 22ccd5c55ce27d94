import { expect } from "chai";
import { model } from "../../../domain/declarations";
import { columnsOf, joined, whenNull } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import type { SourceColumn, SourceTable } from "../../../domain/model/source";
import { currency, department, staff } from "../../../domain/shop/sources";
import { currencyName } from "../../../domain/shop/tables/currency";
import { dimCurrency } from "../../../domain/shop/tables/dim-currency";
import { dimStaff } from "../../../domain/shop/tables/dim-staff";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

/** What a step does to the source, and how many rows of which table are missing after the run that follows. */
type Step = readonly [sql: string, missing: Readonly<Record<string, number>>];

const BAD_PAYMENT = "UPDATE payment SET payment_date = 'never' WHERE payment_id = 1";
const BAD_CURRENCY = "INSERT INTO currency VALUES (90, 'XYZ', now(), now())";
const NO_DEPARTMENT = "UPDATE staff SET department_id = 77 WHERE staff_id = 1";

const CASES: Readonly<Record<string, readonly Step[]>> = {
  "while it is not corrected, also when other rows come": [
    [BAD_PAYMENT, { payment: 1 }],
    ["UPDATE payment SET payment_amount = 1 WHERE payment_id = 2", { payment: 1 }],
    ["UPDATE staff SET last_name = 'Other' WHERE staff_id = 1", { payment: 1 }],
  ],
  "until it is corrected": [
    [BAD_PAYMENT, { payment: 1 }],
    ["UPDATE payment SET payment_date = '2026-01-02' WHERE payment_id = 1", {}],
  ],
  "until it is deleted in the source, of a dimension too": [
    [BAD_CURRENCY, { currency: 1 }],
    ["DELETE FROM currency WHERE currency_id = 90", {}],
  ],
  "once, however often it is rejected, and until it is corrected": [
    [BAD_CURRENCY, { currency: 1 }],
    ["UPDATE currency SET currency_code = 'WXY' WHERE currency_id = 90", { currency: 1 }],
    ["UPDATE currency SET currency_code = 'CHF' WHERE currency_id = 90", {}],
    ["UPDATE currency SET currency_code = 'XYZ' WHERE currency_id = 90", { currency: 1 }],
  ],
  "one by one": [
    [`${BAD_CURRENCY}; INSERT INTO currency VALUES (91, 'ZZZ', now(), now())`, { currency: 2 }],
    ["UPDATE currency SET currency_code = 'CHF' WHERE currency_id = 90", { currency: 1 }],
    ["DELETE FROM currency WHERE currency_id = 91", {}],
  ],
  "until a capture of the whole table brings all that there is": [
    [BAD_PAYMENT, { payment: 1 }],
    [
      "ALTER TABLE payment ADD COLUMN note text; UPDATE payment SET payment_date = '2026-01-02' WHERE payment_id = 1; VACUUM FULL payment",
      {},
    ],
  ],
};

const NEW_DEPARTMENT =
  "INSERT INTO department (department_id, department_name, location, manager, created_at, last_updated) VALUES (77, 'New', 'Leeds', 'M', now(), now())";

/** The contract with a column that has another name now. */
function renamed(table: SourceTable, from: string, to: string): SourceTable {
  const now = (name: string): string => (name === from ? to : name);
  const columns = Object.entries<SourceColumn>(table.columns).map(
    ([name, column]): [string, SourceColumn] => [
      now(name),
      name === from ? { ...column, formerly: [from] } : column,
    ],
  );
  return { ...table, key: table.key.map(now), columns: Object.fromEntries(columns) };
}

const newCurrency = renamed(currency, "currency_id", "id");
const newStaff = renamed(staff, "last_name", "name");
const newDepartment = renamed(department, "department_name", "name");
const currencies = columnsOf(newCurrency);
const staffs = columnsOf(newStaff);
const departments = joined(newStaff, "department_id", newDepartment);

/** The model after columns were renamed in the source. */
const RENAMED: Model = {
  ...model,
  tables: model.tables.map((table) => {
    switch (table.name) {
      case "dim_currency":
        return {
          ...dimCurrency,
          source: newCurrency,
          columns: {
            currency_id: currencies.copy("id"),
            currency_code: currencies.copy("currency_code"),
            currency_name: currencies.derive("currency_code", currencyName),
          },
        };
      case "dim_staff":
        return {
          ...dimStaff,
          source: newStaff,
          columns: {
            staff_id: staffs.copy("staff_id"),
            first_name: staffs.copy("first_name"),
            last_name: staffs.copy("name"),
            department_name: departments.copy("name"),
            location: whenNull("", departments.copy("location")),
            email_address: staffs.copy("email_address"),
          },
        };
      default:
        return table;
    }
  }),
};

describe("A row that was rejected is missing", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun({ source: "tiny" });
  });
  afterEach(() => pipeline.close());

  const missing = async (): Promise<Record<string, number>> => {
    const rows = await pipeline.warehouse.query<{ name: string; rows: string }>(
      "SELECT source_table AS name, rejected_rows AS rows FROM marble_source WHERE rejected_rows > 0",
    );
    return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]));
  };

  for (const [what, steps] of Object.entries(CASES)) {
    it(what, async () => {
      for (const [sql, expected] of steps) {
        for (const statement of sql.split("; ")) await pipeline.source.query(statement);
        await pipeline.run();
        expect(await missing(), sql).to.deep.equal(expected);
      }
    });
  }

  it("until its joined row arrives, although the row itself did not change", async () => {
    await pipeline.source.query("ALTER TABLE staff DROP CONSTRAINT IF EXISTS staff_department_id_fkey");
    await pipeline.source.query(NO_DEPARTMENT);
    await pipeline.run();
    expect(await missing()).to.deep.equal({ staff: 1 });
    await pipeline.source.query("VACUUM FULL staff");
    await pipeline.run();
    expect(await missing(), "it was captured again as it was").to.deep.equal({ staff: 1 });
    await pipeline.source.query(NEW_DEPARTMENT);
    await pipeline.run();
    expect(await missing()).to.deep.equal({});
  });

  it("until its joined row arrives, in a later commit of one run", async () => {
    await pipeline.source.query("ALTER TABLE staff DROP CONSTRAINT IF EXISTS staff_department_id_fkey");
    await pipeline.source.query("ALTER TABLE department RENAME department_name TO name");
    await pipeline.source.query("ALTER TABLE staff RENAME last_name TO name");
    await pipeline.source.query(NO_DEPARTMENT);
    await pipeline.run();
    await pipeline.source.query(NEW_DEPARTMENT.replace("department_name", "name"));
    await pipeline.run();
    await pipeline.source.query("UPDATE staff SET first_name = 'Other' WHERE staff_id = 2");
    await pipeline.ingest();
    const { commits } = await pipeline.process({ model: RENAMED });
    await pipeline.load({ model: RENAMED });
    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({});
    expect(commit.rejected.rows, `rejected by ${commits.join(", ")}`).to.be.greaterThan(0);
    expect(await missing()).to.deep.equal({});
  });

  it("until it is corrected, although a column of its key was renamed meanwhile", async () => {
    await pipeline.source.query(BAD_CURRENCY);
    await pipeline.run();
    await pipeline.source.query("ALTER TABLE currency RENAME currency_id TO id");
    await pipeline.source.query("UPDATE currency SET currency_code = 'CHF' WHERE id = 90");
    await pipeline.ingest();
    await pipeline.process({ model: RENAMED });
    await pipeline.load({ model: RENAMED });
    expect(await missing()).to.deep.equal({});
  });

  it("until the model no longer reads its table", async () => {
    await pipeline.source.query(BAD_CURRENCY);
    await pipeline.run();
    await pipeline.source.query(
      "ALTER TABLE currency RENAME TO money; UPDATE money SET currency_code = 'CHF' WHERE currency_id = 90",
    );
    const money = { ...dimCurrency, source: { ...currency, name: "money" } };
    await pipeline.ingest();
    await pipeline.process({
      model: { ...model, tables: model.tables.map((table) => (table === dimCurrency ? money : table)) },
    });
    const { commit } = (await pipeline.processed.log.head())!;
    expect(Object.values(commit.sources!).filter(({ rejected }) => rejected > 0)).to.deep.equal([]);
    expect(commit.missing).to.deep.equal({ files: [], more: {} });
  });

  it("and the commit that brings it, or finds it deleted, says so", async () => {
    await pipeline.source.query(BAD_CURRENCY);
    await pipeline.run();
    await pipeline.source.query("DELETE FROM currency WHERE currency_id = 90");
    await pipeline.run();
    const { commit, number } = (await pipeline.processed.log.head())!;
    const [file] = commit.resolved!.files;
    const line = JSON.parse((await pipeline.processed.store.get(file!.key))!) as object;
    expect(line).to.include({ table: "currency", key: '["90"]', commit: number, deleted: true });
  });
});
