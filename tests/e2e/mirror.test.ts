import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunReport } from "../../local/commands/run-report";
import { runCommand, type Ended } from "../support/local/command";
import { expectMirrored, SAME_TEXT } from "../support/oracle/mirrored";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres/postgres";

/** A database that Marble has no model for; it has a table of addresses, too. */
const SOURCE = `
  CREATE TYPE rating AS ENUM ('G', 'PG-13');
  CREATE TABLE film (film_id int PRIMARY KEY, title text NOT NULL, rating rating, length interval, price numeric(20,6));
  CREATE TABLE category (category_id smallint PRIMARY KEY, name varchar(25) NOT NULL);
  CREATE TABLE film_category (film_id int REFERENCES film, category_id smallint REFERENCES category, PRIMARY KEY (film_id, category_id));
  CREATE TABLE address (address_id int PRIMARY KEY, street text, at point);
  INSERT INTO film SELECT n, 'film ' || n, 'G', n * interval '1 minute', n / 7.0 FROM generate_series(1, 30) AS n;
  INSERT INTO category VALUES (1, 'Action'), (2, 'Drama');
  INSERT INTO film_category SELECT n, 1 + n % 2 FROM generate_series(1, 30) AS n;
  INSERT INTO address VALUES (1, 'Here 1', '(1,2)')`;

describe("npm run local -- --once, over a database without a model,", function () {
  this.timeout(120_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let lake: string;
  before(async () => {
    source = await createDatabase();
    warehouse = await createDatabase();
    await source.query(`${SAME_TEXT}; ${SOURCE}`);
    await warehouse.query(SAME_TEXT);
    lake = await mkdtemp(join(tmpdir(), "marble-mirror-"));
  });
  after(async () => {
    await source.drop();
    await warehouse.drop();
    await rm(lake, { recursive: true, force: true });
  });

  const run = (...more: readonly string[]): Promise<Ended> =>
    runCommand("local/commands/local/local.ts", [
      ...["--source", source.readerUrl, "--warehouse", warehouse.url, "--lake", lake, "--once"],
      ...more,
    ]);

  it("mirrors it, and prints three sentences and no warning", async () => {
    const { code, stdout, stderr } = await run();

    expect(code, stderr).to.equal(0);
    expect(await expectMirrored({ source, warehouse })).to.equal(63);
    expect(stdout).to.include(
      "The model of this project knows none of the 4 tables of your database, so the warehouse mirrors them as they are.\n" +
        "Each is in the schema mirror: SELECT * FROM mirror.address.\n" +
        "For star schemas, npm run draft writes a model of your database, and docs/your-own-database.md says how to continue.\n",
    );
    expect(`${stdout}${stderr}`).to.not.match(/quarantine|warn|DENIED|does not fit/i);
    const tables = await warehouse.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'marble%'",
    );
    expect(tables.map(({ name }) => name)).to.deep.equal(["dim_date"]);
  });

  it("continues with later changes, and lists the rows of each table in JSON", async () => {
    await source.query(`
      ALTER TABLE film RENAME title TO name;
      DELETE FROM film_category WHERE film_id = 3;
      INSERT INTO category VALUES (3, 'Horror')`);
    const { code, stdout, stderr } = await run("--json");

    expect(code, stderr).to.equal(0);
    expect(await expectMirrored({ source, warehouse })).to.equal(63);
    const { load, missing } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as RunReport;
    expect(load.tables["mirror.category"]).to.deep.equal({ rows: 1 });
    expect(missing).to.deep.equal([]);
  });

  it("mirrors a database with a model on request, next to the star schemas and to another stack", async () => {
    const known = await createSource({ seeded: true });
    const both = await createDatabase();
    const other = await mkdtemp(join(tmpdir(), "marble-mirror-"));
    try {
      for (const { query } of [known, both]) await query(SAME_TEXT);
      const { code, stdout, stderr } = await runCommand("local/commands/local/local.ts", [
        ...["--source", known.readerUrl, "--warehouse", both.url, "--lake", other, "--once"],
        ...["--mirror", "staff,sales_order"],
      ]);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.not.include("knows none");
      const [counts] = await both.query(
        "SELECT (SELECT count(*) FROM mirror.sales_order) = (SELECT count(*) FROM current_sales_order) AS same",
      );
      expect(counts).to.deep.equal({ same: true });

      await both.query("CREATE SCHEMA films");
      const films = await runCommand("local/commands/local/local.ts", [
        ...["--source", source.readerUrl, "--warehouse", both.url, "--lake", join(other, "films"), "--once"],
        ...[
          "--warehouse-schema",
          "films",
          "--mirror-schema",
          "films_mirror",
          "--marts-schema",
          "films_marts",
        ],
      ]);
      expect(films.code, films.stderr).to.equal(0);
      expect(films.stdout).to.include(
        "Each is in the schema films_mirror: SELECT * FROM films_mirror.address.",
      );
      const [rows] = await both.query(
        `SELECT (SELECT count(*)::int FROM films_mirror.film) AS films, (SELECT count(*) FROM films.marble_ledger) > 0 AS loaded,
                (SELECT count(*) FROM mirror.sales_order) = (SELECT count(*) FROM current_sales_order) AS same`,
      );
      expect(rows).to.deep.equal({ films: 30, loaded: true, same: true });
    } finally {
      await known.drop();
      await both.drop();
      await rm(other, { recursive: true, force: true });
    }
  });
});
