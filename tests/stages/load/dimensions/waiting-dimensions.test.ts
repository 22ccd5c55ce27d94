import { readFile } from "node:fs/promises";
import { expect } from "chai";
import fc from "fast-check";
import type { LoadResult } from "../../../../stages/load/load";
import { readRunbook } from "../../../support/local/runbook";
import { startPipeline, type LoadOptions, type Pipeline } from "../../../support/pipeline/pipeline";
import { createDatabase } from "../../../support/postgres/postgres";
import { STAFF_TABLES, staffModel } from "../../../support/warehouse/staff-model";

describe("A row of a dimension with a missing parent waits, and stops nothing", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  const start = async (): Promise<void> => {
    const source = await createDatabase();
    await source.query(STAFF_TABLES);
    pipeline = await startPipeline({ source });
  };
  beforeEach(start);
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const load = (options: LoadOptions = {}): Promise<LoadResult> =>
    pipeline.load({ model: staffModel, marts: [], ...options });
  const run = async (): Promise<LoadResult> => {
    await pipeline.ingest();
    await pipeline.process({ model: staffModel });
    return load();
  };
  /** The rows of a table or view of the warehouse, as texts. */
  const shown = async (table: string): Promise<string[]> =>
    (
      await pipeline.warehouse.query<{ row: string }>(
        `SELECT concat_ws(' ', VARIADIC ARRAY(SELECT value FROM json_each_text(row_to_json(t)) AS v(key, value)
                 WHERE key <> 'visit_record_id')) AS row FROM ${table} AS t ORDER BY 1`,
      )
    ).map(({ row }) => row);
  const waiting = async (): Promise<string[]> =>
    (
      await pipeline.warehouse.query<{ row: string }>(
        `SELECT fact || ' ' || key || ': ' || reason AS row FROM marble_orphan
          WHERE healed_by IS NULL AND superseded_by IS NULL ORDER BY orphan_id`,
      )
    ).map(({ row }) => row);

  it("with all rows that refer to it; all are loaded in the commit that brings the parent", async () => {
    await sql(`INSERT INTO site VALUES (1, 'Leeds');
      INSERT INTO department VALUES (10, 'Sales', 1), (20, 'Lost', 2);
      INSERT INTO employee VALUES (100, 'Ann', 10, NULL), (200, 'Bob', 20, NULL), (300, 'Cyd', 10, 200);
      INSERT INTO visit VALUES (1, 100, 5), (2, 200, 6), (3, 300, 7)`);

    expect(await run()).to.deep.include({ commits: [1], waiting: 5 });
    expect(await waiting()).to.deep.equal([
      "dim_department 20: site_id 2 is in no dimension",
      "dim_employee 200: department_id 20 is in no dimension",
      "dim_employee 300: manager_id 200 is in no dimension",
      "fact_visit 2: employee_id 200 is in no dimension",
      "fact_visit 3: employee_id 300 is in no dimension",
    ]);
    expect(await shown("dim_employee")).to.deep.equal(["100 Ann 10"]);
    expect(await shown("current_visit")).to.deep.equal(["1 100 5"]);

    await sql("INSERT INTO site VALUES (2, 'York')");
    expect(await run()).to.deep.include({
      commits: [2],
      waiting: 0,
      tables: {
        dim_site: { rows: 1 },
        dim_department: { rows: 1 },
        dim_employee: { rows: 2 },
        fact_visit: { rows: 2 },
      },
    });
    expect(await waiting()).to.deep.equal([]);
    expect(await shown("dim_employee")).to.deep.equal(["100 Ann 10", "200 Bob 20", "300 Cyd 10 200"]);
    expect(await shown("current_visit")).to.deep.equal(["1 100 5", "2 200 6", "3 300 7"]);
  });

  it("but not when the parent arrives in the same commit; rows may refer to one another, also in a circle", async () => {
    await sql("INSERT INTO employee VALUES (3, 'Cyd', NULL, 2), (1, 'Ann', NULL, 1)");
    expect(await run()).to.deep.include({ waiting: 1 });

    await sql(`INSERT INTO employee VALUES (4, 'Dan', NULL, 5), (5, 'Eve', NULL, 4), (2, 'Bob', NULL, 6), (6, 'Fay', NULL, NULL);
      UPDATE employee SET manager_id = 6 WHERE id = 1`);
    expect(await run()).to.deep.include({ waiting: 0 });
    expect(await shown("dim_employee")).to.deep.equal([
      "1 Ann 6",
      "2 Bob 6",
      "3 Cyd 2",
      "4 Dan 5",
      "5 Eve 4",
      "6 Fay",
    ]);
  });

  it("and gives way to its later version, waiting or not; the earlier version stays until then", async () => {
    await sql("INSERT INTO employee VALUES (1, 'Ann', NULL, NULL), (2, 'Bob', NULL, 9)");
    await run();
    await sql(
      "UPDATE employee SET name = 'Anna', manager_id = 8 WHERE id = 1; UPDATE employee SET name = 'Rob' WHERE id = 2",
    );
    await run();
    expect(await shown("dim_employee")).to.deep.equal(["1 Ann"]);
    expect(await waiting()).to.have.length(2);

    await sql(
      "UPDATE employee SET manager_id = NULL WHERE id = 1; INSERT INTO employee VALUES (9, 'Ida', NULL, NULL)",
    );
    await run();
    await sql("INSERT INTO employee VALUES (8, 'Hal', NULL, NULL)");
    await run();

    expect(await shown("dim_employee")).to.deep.equal(["1 Anna", "2 Rob 9", "8 Hal", "9 Ida"]);
    expect(await waiting()).to.deep.equal([]);
  });

  it("also when it was deleted in between, because rows of a dimension are kept", async () => {
    await sql("INSERT INTO employee VALUES (2, 'Bob', NULL, 9)");
    await run();
    await sql("DELETE FROM employee; INSERT INTO employee VALUES (9, 'Ida', NULL, NULL)");
    await run();

    expect(await shown("dim_employee")).to.deep.equal(["2 Bob 9", "9 Ida"]);
  });

  it("until a person ends its wait as the runbook says; later versions arrive", async () => {
    const sections = readRunbook(await readFile("docs/runbook.md", "utf8"));
    const [, end = ""] = sections.find(({ title }) => title === "Rows wait for a dimension")!.sql;
    await sql("INSERT INTO employee VALUES (2, 'Bob', NULL, 9), (3, 'Cyd', NULL, 9)");
    await run();
    await sql("DELETE FROM employee WHERE id = 2");
    await run();

    await pipeline.warehouse.query(end.replace("'fact_payment'", "'dim_employee'").replace("'7'", "'2'"));
    expect(await waiting()).to.deep.equal(["dim_employee 3: manager_id 9 is in no dimension"]);
    await sql("UPDATE employee SET manager_id = NULL; INSERT INTO employee VALUES (2, 'Rob', NULL, NULL)");
    await run();
    expect(await shown("dim_employee")).to.deep.equal(["2 Rob", "3 Cyd"]);
    expect(await waiting()).to.deep.equal([]);
  });

  it("once, however often it is captured", async () => {
    await sql("INSERT INTO employee VALUES (2, 'Bob', NULL, 9)");
    await run();
    // Everything is captured again.
    await sql("ALTER TABLE employee ADD extra int DEFAULT 1");
    expect(await run()).to.deep.include({ commits: [2], waiting: 0 });
    expect(await pipeline.warehouse.query("SELECT FROM marble_orphan")).to.have.length(1);
  });

  it("in a prepared warehouse, whose tables have no foreign keys and other key types", async () => {
    await pipeline.warehouse.query(`
      CREATE TABLE dim_department (department_id text, department_name text, site_id bigint);
      CREATE TABLE dim_employee (employee_id bigint, employee_name text, department_id varchar(5), manager_id smallint)`);
    await sql(`INSERT INTO department VALUES (20, 'Lost', 2);
      INSERT INTO employee VALUES (200, 'Bob', 20, NULL), (300, 'Cyd', NULL, 200)`);
    expect(await run()).to.deep.include({ waiting: 3 });
    await sql("INSERT INTO site VALUES (2, 'York')");
    await run();
    expect(await shown("dim_employee")).to.deep.equal(["200 Bob 20", "300 Cyd 200"]);
  });

  it("and again after a reload and after a rebuild", async () => {
    await sql("INSERT INTO employee VALUES (1, 'Ann', NULL, NULL), (2, 'Bob', NULL, 9), (3, 'Cyd', NULL, 8)");
    await run();
    await sql("INSERT INTO employee VALUES (8, 'Hal', NULL, NULL)");
    await run();
    const before = [await shown("dim_employee"), await waiting()];

    await load({ replay: { tables: ["dim_employee"], from: 1 } });
    expect([await shown("dim_employee"), await waiting()]).to.deep.equal(before);
    await load({ replay: {} });
    expect([await shown("dim_employee"), await waiting()]).to.deep.equal(before);
  });

  describe("in any order of arrival", () => {
    interface Row {
      readonly id: number;
      readonly department: number | null;
      readonly manager: number | null;
    }
    const id = fc.integer({ min: 1, max: 5 });
    const change = fc.oneof(
      fc.record({ table: fc.constant("site" as const), id }),
      fc.record({ table: fc.constant("department" as const), id, site: id }),
      fc.record({
        table: fc.constant("employee" as const),
        id,
        department: fc.option(id),
        manager: fc.option(id),
      }),
    );

    it("a row is shown in its newest complete version, and in the end all rows are shown", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
          async (runs) => {
            await pipeline.close();
            await start();
            const sites = new Set<number>();
            const departments = new Map<number, number>();
            const employees = new Map<number, Row>();
            const shownDepartments = new Map<number, number>();
            const shownEmployees = new Map<number, Row>();
            const expectShown = async (): Promise<void> => {
              for (const [key, site] of departments) if (sites.has(site)) shownDepartments.set(key, site);
              // The largest set of rows whose parents are loaded or in the set.
              const complete = new Map(employees);
              for (let before = -1; before !== complete.size;) {
                before = complete.size;
                for (const [key, { department, manager }] of complete) {
                  const isBad =
                    (department !== null && !shownDepartments.has(department)) ||
                    (manager !== null && !shownEmployees.has(manager) && !complete.has(manager));
                  if (isBad) complete.delete(key);
                }
              }
              for (const [key, row] of complete) shownEmployees.set(key, row);
              await run();
              const text = (values: readonly (number | string | null)[]): string =>
                values.filter((value) => value !== null).join(" ");
              expect(await shown("dim_department")).to.deep.equal(
                [...shownDepartments].map(([key, site]) => text([key, "d", site])).sort(),
              );
              expect(await shown("dim_employee")).to.deep.equal(
                [...shownEmployees.values()]
                  .map((row) => text([row.id, "e", row.department, row.manager]))
                  .sort(),
              );
            };

            for (const changes of runs) {
              for (const one of changes) {
                const set = (table: string, columns: string, values: readonly unknown[], update: string) =>
                  pipeline.source.query(
                    `INSERT INTO ${table} (${columns}) VALUES (${values.map((_, index) => `$${index + 1}`).join(", ")})
                     ON CONFLICT (id) DO UPDATE SET ${update}`,
                    [...values],
                  );
                if (one.table === "site") {
                  sites.add(one.id);
                  await set("site", "id, name", [one.id, "s"], "name = 's'");
                } else if (one.table === "department") {
                  departments.set(one.id, one.site);
                  await set(
                    "department",
                    "id, name, site_id",
                    [one.id, "d", one.site],
                    "site_id = excluded.site_id",
                  );
                } else {
                  employees.set(one.id, one);
                  await set(
                    "employee",
                    "id, name, department_id, manager_id",
                    [one.id, "e", one.department, one.manager],
                    "department_id = excluded.department_id, manager_id = excluded.manager_id",
                  );
                }
              }
              await expectShown();
            }
            for (const key of [1, 2, 3, 4, 5]) {
              sites.add(key);
              if (!departments.has(key)) departments.set(key, key);
              if (!employees.has(key)) employees.set(key, { id: key, department: null, manager: null });
            }
            await sql(`INSERT INTO site SELECT n, 's' FROM generate_series(1, 5) AS n ON CONFLICT DO NOTHING;
              INSERT INTO department SELECT n, 'd', n FROM generate_series(1, 5) AS n ON CONFLICT DO NOTHING;
              INSERT INTO employee SELECT n, 'e' FROM generate_series(1, 5) AS n ON CONFLICT DO NOTHING`);
            await expectShown();
            expect(await waiting()).to.deep.equal([]);
          },
        ),
        { numRuns: 4 },
      );
    });
  });
});
