import { expect } from "chai";
import { startHires, type HirePipeline } from "../../support/hires/pipeline";
import { latest } from "../../support/pipeline/lake";

describe("A commit records from the catalogue of a table", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHires({ empty: true });
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const columns = async (table: string) => (await latest(pipeline, table)).columns;
  const nullable = async (table: string): Promise<Record<string, boolean | undefined>> =>
    Object.fromEntries((await columns(table)).map((column) => [column.name, column.nullable]));

  it("which constraints and indexes make all rows unique, and not those that cover only some rows", async () => {
    await sql(`CREATE TABLE t (id int PRIMARY KEY, a int, b int, c text, d int UNIQUE DEFERRABLE INITIALLY DEFERRED,
                 UNIQUE (b, a), UNIQUE (c) INCLUDE (a));
      CREATE UNIQUE INDEX ON t (a) WHERE b > 0; CREATE UNIQUE INDEX ON t (lower(c)); CREATE INDEX ON t (b);
      CREATE UNIQUE INDEX ON t (c, d)`);
    await pipeline.ingest();

    const { key, unique } = await latest(pipeline, "t");
    expect(key).to.deep.equal(["id"]);
    expect(unique).to.have.deep.members([["d"], ["b", "a"], ["c"], ["c", "d"]]);
  });

  it("none of them for a table with inheriting tables, because its key does not cover their rows", async () => {
    await sql(
      "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL UNIQUE); CREATE TABLE heir () INHERITS (t)",
    );
    await pipeline.ingest();

    expect(await latest(pipeline, "t")).to.deep.include({ key: [], unique: [] });
    expect(await nullable("t")).to.deep.equal({ id: true, a: true });
    expect(await nullable("heir")).to.include({ a: false });
  });

  it("which columns may be NULL", async () => {
    await sql(`CREATE DOMAIN required AS int NOT NULL; CREATE DOMAIN above AS required; CREATE DOMAIN free AS int;
      CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int, c required, d above, e free) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t DEFAULT`);
    await pipeline.ingest();

    expect(await nullable("t")).to.deep.equal({ id: false, a: false, b: true, c: false, d: false, e: true });
  });

  it("the comments; a new comment causes a commit", async () => {
    await sql("CREATE TABLE t (id int PRIMARY KEY, a int); COMMENT ON COLUMN t.a IS 'a \"b\"\nc'");
    await pipeline.ingest();
    expect(await columns("t")).to.deep.equal([
      { name: "id", type: "integer", number: 1, nullable: false },
      { name: "a", type: "integer", number: 2, nullable: true, comment: 'a "b"\nc' },
    ]);
    await sql("ALTER TABLE t ALTER a SET NOT NULL");

    expect((await pipeline.ingest()).commit).to.equal(2);
    expect(await latest(pipeline, "t")).to.include({ mode: "unchanged" });
    expect(await nullable("t")).to.include({ a: false });
  });
});

describe("A column that a contract declares as NOT NULL and the source allows to be NULL", () => {
  it("causes a warning with the remedy at the first capture, and stops nothing", async () => {
    const pipeline = await startHires();
    await pipeline.source.query(
      "ALTER TABLE bike ALTER frame DROP NOT NULL; UPDATE bike SET frame = NULL WHERE bike_id = 1",
    );
    await pipeline.run();
    const said = pipeline.logged.filter(({ message }) => message.includes("NOT NULL"));
    const { rejected } = (await pipeline.processed.log.head())!.commit;
    await pipeline.close();

    expect(said).to.deep.equal([
      {
        level: "warn",
        message: "a contract says NOT NULL of a column that may be NULL",
        fields: {
          commit: 1,
          table: "bike",
          column: "frame",
          reason:
            "a row in which frame is NULL is rejected: declare it as optional(…), " +
            'or ALTER TABLE "bike" ALTER COLUMN "frame" SET NOT NULL',
        },
      },
    ]);
    expect(rejected.rows).to.equal(1);
  });
});
