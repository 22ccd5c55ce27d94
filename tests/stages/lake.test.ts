import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { expect } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lakeTables, latestQueries, PARTITIONS, type LakeTable } from "../../infra/lake/lake-tables";
import { dimCountry, hireModel } from "../support/hires/model";
import { startHires } from "../support/hires/pipeline";
import { copyBucket } from "../support/pipeline/copy-bucket";
import { stagesOver, startPipeline, type Pipeline } from "../support/pipeline/pipeline";

/** The keys that match a template, as Athena projects them: two digits for month and day. */
const keysOf = ({ template }: LakeTable): RegExp => {
  const pattern = PARTITIONS.reduce(
    (text, name) => text.replace(`\${${name}}`, name === "written_year" ? "(20\\d\\d)" : "(\\d\\d)"),
    template,
  );
  return new RegExp(`^${pattern}[^/]+$`);
};

/** What DuckDB calls the types of Hive. */
const DUCKDB: Readonly<Record<string, string>> = {
  int: "INTEGER",
  string: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
};
const duckdbType = (hive: string): string => DUCKDB[hive] ?? hive.toUpperCase();

describe("The lake, as its catalogue describes it,", () => {
  let pipeline: Pipeline;
  let directory: string;
  let connection: DuckDBConnection;
  let keys: readonly string[];

  before(async () => {
    pipeline = await startHires();
    const change = (sql: string): Promise<unknown> => pipeline.source.query(sql);
    await pipeline.run();
    await change(
      `INSERT INTO hire SELECT hire_id + 100, started_at, customer_id, bike_id, price, currency_code, paid, due
         FROM hire WHERE hire_id <= 5;
       UPDATE hire SET paid = true WHERE hire_id <= 10;
       UPDATE hire SET price = 1 WHERE hire_id = 2;
       UPDATE depot SET depot_name = 'Zoë' WHERE depot_id = 1`,
    );
    await pipeline.run();
    await change("UPDATE hire SET price = 2 WHERE hire_id IN (2, 5); DELETE FROM hire WHERE hire_id = 7");
    await pipeline.run();
    // The row 7 comes back under its key, so its tombstone is older than its version.
    await change(
      `DELETE FROM hire WHERE hire_id = 5;
       INSERT INTO hire SELECT 7, started_at, customer_id, bike_id, price, currency_code, paid, due
         FROM hire WHERE hire_id = 2`,
    );
    await pipeline.run();
    // A rejected row, and the log of a later version of the model next to this one.
    await change("UPDATE hire SET due = 'soon' WHERE hire_id = 3");
    await pipeline.ingest();
    await pipeline.process();
    const extra = { ...dimCountry, name: "dim_country_again" };
    await pipeline.process({
      model: { ...hireModel, version: 2, tables: [...hireModel.tables, extra] },
      reprocess: true,
    });

    directory = await mkdtemp(join(tmpdir(), "marble-lake-"));
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    keys = await copyBucket(pipeline, "processed", directory);
    for (const table of lakeTables(hireModel)) await declareView(table);
  });
  after(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true });
    await pipeline.close();
  });

  /** A table as Athena sees it: the files under its keys, the columns of the catalogue by name, and `$path`. */
  async function declareView(table: LakeTable): Promise<void> {
    const columns = table.columns.map(({ name }) => `"${name}"`).join(", ");
    const files = filesOf(table).map((key) => `'${join(directory, key)}'`);
    // To Athena, a table without a file is empty. DuckDB needs a file.
    const from =
      files.length > 0 ? `read_parquet([${files.join(", ")}], filename = true)` : await emptyFile(table);
    await connection.run(`CREATE VIEW ${table.name} AS SELECT ${columns}, filename AS "$path" FROM ${from}`);
  }
  const emptyFile = (table: LakeTable): Promise<string> =>
    Promise.resolve(
      `(SELECT ${table.columns.map(({ name, type }) => `NULL::${duckdbType(type)} AS "${name}"`).join(", ")}, '' AS filename LIMIT 0)`,
    );
  const filesOf = (table: LakeTable): string[] => keys.filter((key) => keysOf(table).test(key));
  const query = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();
  const texts = async (sql: string): Promise<string[]> =>
    (await query(sql)).map((row) => (row as (string | null)[]).map((value) => value ?? "").join("|")).sort();

  it("assigns every Parquet file of the log to exactly one table", () => {
    const tables = lakeTables(hireModel);
    const data = keys.filter((key) => /^\d/.test(key));
    expect(data.length).to.be.greaterThan(10);
    for (const key of data) {
      const owners = tables.filter((table) => keysOf(table).test(key)).map(({ name }) => name);
      expect(owners, key).to.deep.equal([key.split("/")[3]]);
    }
  });

  it("has nothing else in its tables: no state, rejected rows, logs, or other model versions", () => {
    const others = keys.filter((key) => !/^\d/.test(key));
    for (const folder of ["state/", "rejected/", "commits/", "heads/", "model-2/"])
      expect(
        others.some((key) => key.startsWith(folder)),
        folder,
      ).to.equal(true);
    for (const table of lakeTables(hireModel))
      expect(others.filter((key) => keysOf(table).test(key))).to.deep.equal([]);
    for (const table of lakeTables({ ...hireModel, version: 2 }))
      expect(keys.filter((key) => keysOf(table).test(key) && !key.startsWith("model-2/"))).to.deep.equal([]);
  });

  it("has the names and types of the files", async () => {
    for (const table of lakeTables(hireModel)) {
      for (const key of filesOf(table)) {
        const described = await query(
          `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${join(directory, key)}')`,
        );
        const readable = described.filter(([, type]) => type !== "TIME");
        expect(readable, key).to.deep.equal(table.columns.map(({ name, type }) => [name, duckdbType(type)]));
      }
    }
  });

  it("has the same versions of each fact as the warehouse, value for value", async () => {
    for (const table of lakeTables(hireModel).filter(({ name }) =>
      /^fact_[a-z_]+(?<!_deleted)$/.test(name),
    )) {
      const columns = table.columns.map(({ name }) => `${name}::text`).join(", ");
      const loaded = await pipeline.warehouse.query<Record<string, string | null>>(
        `SELECT ${table.columns.map(({ name }) => `${name}::text`).join(", ")} FROM ${table.name}`,
      );
      expect(await texts(`SELECT ${columns} FROM ${table.name}`), table.name).to.deep.equal(
        loaded
          .map((row) =>
            Object.values(row)
              .map((value) => value ?? "")
              .join("|"),
          )
          .sort(),
      );
    }
  });

  it("has the keys of the deleted rows", async () => {
    expect(await query("SELECT hire_id FROM fact_hire_deleted ORDER BY 1")).to.deep.equal([[5], [7]]);
  });

  it("has named queries for the latest rows that agree with the warehouse", async () => {
    for (const table of hireModel.tables) {
      const { sql } = latestQueries(hireModel).find(({ name }) => name === `latest_${table.name}`)!;
      const columns = lakeTables(hireModel).find(({ name }) => name === table.name)!.columns;
      const list = columns.map(({ name }) => `${name}::text`).join(", ");
      const shown = table.kind === "fact" ? table.currentView : table.name;
      const loaded = await pipeline.warehouse.query<Record<string, string | null>>(
        `SELECT ${list} FROM ${shown}`,
      );
      expect(loaded.length, table.name).to.be.greaterThan(0);
      expect(await texts(`SELECT ${list} FROM (${sql}) AS q`), table.name).to.deep.equal(
        loaded
          .map((row) =>
            Object.values(row)
              .map((value) => value ?? "")
              .join("|"),
          )
          .sort(),
      );
    }
    const { sql } = latestQueries(hireModel).find(({ name }) => name === "latest_fact_hire")!;
    const back = await query(`SELECT hire_id, price::text FROM (${sql}) AS q WHERE hire_id IN (5, 7)`);
    expect(back, "7 came back, 5 did not").to.deep.equal([[7, "2.00"]]);
  });
});

describe("A table that the model does not name", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  let directory: string;
  let connection: DuckDBConnection;
  beforeEach(async () => {
    pipeline = await startPipeline();
    directory = await mkdtemp(join(tmpdir(), "marble-lake-"));
    connection = await (await DuckDBInstance.create(":memory:")).connect();
  });
  afterEach(async () => {
    connection.closeSync();
    await rm(directory, { recursive: true });
    await pipeline.close();
  });

  const change = async (sql: string): Promise<void> => {
    await pipeline.source.query(sql);
    await pipeline.ingest();
  };
  /** The statement of docs/lake.md, for a table with one column as its key. */
  const read = async (table: string, key: string, more = "") => {
    await copyBucket(pipeline, "ingestion", directory);
    const document = await readFile(join(__dirname, "../../docs/lake.md"), "utf8");
    const [, documented = ""] = /```sql\n(WITH named AS[^`]*'deleted\/[^`]*);\n```/.exec(document) ?? [];
    const statement = documented
      .replaceAll(/(read_(?:csv|text)\(')/g, `$1${directory}/`)
      .replaceAll('"note"', `"${table}"`)
      .replaceAll("/note/", `/${table}/`)
      .replace("PARTITION BY id", `PARTITION BY "${key}"`);
    return (await connection.runAndReadAll(`${statement} ${more}`)).getRowObjects();
  };

  it("can be read from the ingestion bucket as docs/lake.md says: the latest version of each row, without deleted rows", async () => {
    await change(
      "CREATE TABLE note (id integer PRIMARY KEY, words text); INSERT INTO note VALUES (1,'a'), (2,'b'), (3,NULL), (4,'')",
    );
    await change("UPDATE note SET words = 'B' WHERE id = 2; DELETE FROM note WHERE id IN (1, 4)");
    await change("INSERT INTO note VALUES (4, 'is back'), (5, ''); ALTER TABLE note ADD more text");

    expect(await read("note", "id", "ORDER BY id")).to.deep.equal([
      { id: "2", words: "B", more: null },
      { id: "3", words: null, more: null },
      { id: "4", words: "is back", more: null },
      { id: "5", words: "", more: null },
    ]);
  });

  const awkward: readonly (readonly [string, string, string, string, number])[] = [
    [
      "whose values have semicolons",
      "CREATE TABLE note (v text PRIMARY KEY); INSERT INTO note SELECT 'a' || i || ';b' FROM generate_series(1, 20) i",
      "DELETE FROM note WHERE v = 'a1;b'",
      "v",
      19,
    ],
    [
      "whose columns are numbers",
      'CREATE TABLE note ("1" int PRIMARY KEY, "2" int); INSERT INTO note SELECT i, i FROM generate_series(1, 6) i',
      'DELETE FROM note WHERE "1" = 6',
      "1",
      5,
    ],
    [
      "whose quotes come late",
      "CREATE TABLE note (id int PRIMARY KEY, v text); INSERT INTO note SELECT i, CASE WHEN i > 50000 THEN 'a' || chr(10) || 'b\"c' ELSE '#v' END FROM generate_series(1, 60001) i",
      "DELETE FROM note WHERE id = 60001",
      "id",
      60_000,
    ],
    [
      "with a large value",
      "CREATE TABLE note (id int PRIMARY KEY, v text); INSERT INTO note VALUES (1, repeat('x', 3000000)), (2, 'y')",
      "DELETE FROM note WHERE id = 2",
      "id",
      1,
    ],
    [
      "with columns called as the statement might call its own",
      "CREATE TABLE note (id int PRIMARY KEY, filename text, gone text, place text, number text, commit text); INSERT INTO note VALUES (1, 'a', 'b', 'c', 'd', 'e'), (2, 'a', 'b', 'c', 'd', 'e')",
      "DELETE FROM note WHERE id = 2",
      "id",
      1,
    ],
  ];
  for (const [what, make, remove, key, rows] of awkward) {
    it(`can be read correctly ${what}`, async () => {
      await change(make);
      await change(remove);

      expect(await read("note", key)).to.have.length(rows);
    });
  }

  it("can be read correctly when the clock went back between two commits", async () => {
    const later = pipelineAt(pipeline, "2026-11-28T10:00:00Z");
    await pipeline.source.query(
      "CREATE TABLE note (id int PRIMARY KEY, v text); INSERT INTO note VALUES (1, 'old'), (2, 'gone'), (3, 'back')",
    );
    await later.ingest();
    await pipeline.source.query(
      "DELETE FROM note WHERE id IN (2, 3); UPDATE note SET v = 'new' WHERE id = 1",
    );
    await pipelineAt(pipeline, "2026-11-28T09:00:00Z").ingest();
    await pipeline.source.query("INSERT INTO note VALUES (3, 'again')");
    await pipelineAt(pipeline, "2026-11-28T08:00:00Z").ingest();

    expect(await read("note", "id", "ORDER BY id")).to.deep.equal([
      { id: "1", v: "new" },
      { id: "3", v: "again" },
    ]);
  });
});

/** The stages over the same source and lake, with a clock that begins at a time. */
function pipelineAt(pipeline: Pipeline, time: string): Pick<Pipeline, "ingest"> {
  let at = Date.parse(time);
  return stagesOver({
    ...pipeline,
    sourceUrl: pipeline.source.readerUrl,
    warehouseUrl: pipeline.warehouse.url,
    telemetry: { info: () => undefined, warn: () => undefined, count: () => undefined },
    now: () => new Date((at += 1)),
  });
}
