import { expect } from "chai";
import { parquetMetadataAsync } from "hyparquet";
import type { CatalogueColumn } from "../../../domain/capture/column-changes";
import type { DataFile } from "../../../domain/log/commit";
import { identifier, literal } from "../../../domain/sql";
import { keyColumnsOf, mirrorColumns } from "../../../domain/warehouse/mirror/mirrored-table";
import type { Row } from "../../support/formats/columnar";
import { fileOf, rowGroupsOf } from "../../support/formats/parquet";
import { INTERNAL, VALUES } from "../../support/oracle/every-type";
import { expectMirrored, expectSame, startMirror, type MirrorPipeline } from "../../support/oracle/mirrored";

/** Tables with every kind of key, and one that has none. */
const SHOP = `
  CREATE TYPE mood AS ENUM ('sad', 'so, so');
  CREATE DOMAIN positive AS numeric(6,2) CHECK (VALUE > 0);
  CREATE TABLE customer (id serial PRIMARY KEY, name varchar(20) NOT NULL, mood mood, moods mood[], code char(4), spent positive, at timestamptz(3));
  COMMENT ON TABLE customer IS 'Who buys.';
  COMMENT ON COLUMN customer.name IS 'What they are called; it''s "theirs".';
  CREATE TABLE "order line" ("order" bigint, line smallint, "Product" uuid, amount numeric(12,4) NOT NULL, PRIMARY KEY (line, "order"));
  CREATE TABLE note (text text, n int);
  CREATE TABLE empty (id int PRIMARY KEY);
  INSERT INTO customer (name, mood, moods, code, spent, at)
    SELECT 'name ' || n, 'sad', '{sad,"so, so"}', 'a', n, '2024-01-01 00:00:00.123+01' FROM generate_series(1, 20) AS n;
  INSERT INTO customer (name) VALUES ('');
  INSERT INTO "order line" SELECT o, l, gen_random_uuid(), o * 1.0001 FROM generate_series(1, 5) AS o, generate_series(1, 3) AS l;
  INSERT INTO note VALUES ('same', 1), ('same', 1), (NULL, NULL)`;

describe("The mirror of a source", function () {
  this.timeout(60_000);
  let pipeline: MirrorPipeline;
  beforeEach(async () => {
    pipeline = await startMirror();
  });
  afterEach(() => pipeline.close());

  it("has every value of every PostgreSQL type", async () => {
    const types = await pipeline.source.query<{ name: string }>(
      `SELECT typname AS name FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typname = ANY ($1) ORDER BY 1`,
      [Object.keys(VALUES).filter((name) => !INTERNAL.includes(name))],
    );
    const names = types.map(({ name }) => name);
    expect(names).to.have.length.above(50);
    const arrays = names.filter((name) => !name.endsWith("vector"));
    const type = (name: string): string => `pg_catalog.${identifier(name)}`;
    const array = (name: string): string =>
      `ARRAY[${VALUES[name]!.map((text) => `${literal(text)}::${type(name)}`).join(", ")}, NULL]::${type(name)}[]`;
    await pipeline.sql(
      `CREATE TABLE t (id serial PRIMARY KEY, ${[
        ...names.map((name) => `${identifier(name)} ${type(name)}`),
        ...arrays.map((name) => `${identifier(`${name}s`)} ${type(name)}[]`),
      ].join(", ")})`,
    );
    const most = Math.max(...names.map((name) => VALUES[name]!.length));
    for (let row = 0; row <= most; row++) {
      const cells = names.map((name) => {
        const text = VALUES[name]![row];
        return text === undefined ? "NULL" : `${literal(text)}::${type(name)}`;
      });
      const lists = arrays.map((name) => (row === 0 ? array(name) : "NULL"));
      await pipeline.sql(`INSERT INTO t VALUES (DEFAULT, ${[...cells, ...lists].join(", ")})`);
    }

    await pipeline.mirror();
    expect(await expectMirrored(pipeline)).to.equal(most + 1);

    await pipeline.sql(
      "UPDATE t SET id = id + 100 WHERE id % 2 = 0; UPDATE t SET text = 'other' WHERE id = 1",
    );
    await pipeline.mirror();
    expect(await expectMirrored(pipeline)).to.equal(most + 1);
  });

  it("has the rows, the keys, NOT NULL and the comments of every table, and follows each change", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror();
    expect(await expectMirrored(pipeline)).to.equal(39);

    await pipeline.sql(`
      UPDATE customer SET spent = 1.5, mood = NULL WHERE id % 3 = 0;
      DELETE FROM customer WHERE id IN (1, 4);
      UPDATE customer SET id = 1000 WHERE id = 5;
      INSERT INTO customer (name, at) VALUES ('new', 'infinity');
      DELETE FROM "order line" WHERE "order" = 2;
      UPDATE "order line" SET line = 9 WHERE "order" = 3 AND line = 1;
      INSERT INTO note VALUES ('more', 7);
      INSERT INTO empty VALUES (1), (2), (3)`);
    await pipeline.mirror();
    await expectMirrored(pipeline);

    await pipeline.sql(`
      DELETE FROM note WHERE ctid = (SELECT min(ctid) FROM note);
      UPDATE note SET n = 8 WHERE n = 7;
      DELETE FROM empty WHERE id = 2;
      DELETE FROM customer WHERE id = 1000;
      INSERT INTO customer (id, name) VALUES (1000, 'again')`);
    await pipeline.mirror();
    expect(await expectMirrored(pipeline)).to.equal(37);
  });

  it("has the types of the source, so nothing needs a cast", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror();

    const rows = await pipeline.warehouse.query<{ type: string }>(
      `SELECT attname || ' ' || format_type(atttypid, atttypmod) AS type FROM pg_attribute
        WHERE attrelid IN ('mirror.customer'::regclass, 'mirror."order line"'::regclass) AND attnum > 0 ORDER BY attrelid::regclass::text, attnum`,
    );
    expect(rows.map(({ type }) => type)).to.deep.equal([
      "order bigint",
      "line smallint",
      "Product uuid",
      "amount numeric(12,4)",
      "id integer",
      "name character varying(20)",
      "mood text",
      "moods text[]",
      "code character(4)",
      "spent numeric(6,2)",
      "at timestamp(3) with time zone",
    ]);
  });

  it("is in the processed bucket as Parquet, with the keys of deleted rows", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror();
    await pipeline.sql(
      "DELETE FROM \"order line\" WHERE line = 1; UPDATE customer SET spent = 'NaN' WHERE id = 3",
    );
    await pipeline.mirror();

    const rowsOf = async (file: DataFile, columns: readonly CatalogueColumn[]): Promise<Row[]> => {
      const bytes = await pipeline.processed.store.range(file.key, 0, file.bytes);
      return (await rowGroupsOf(mirrorColumns(columns), fileOf(new Uint8Array(bytes)))).flat();
    };
    const head = await pipeline.processed.log.head();
    const { customer, "order line": lines, ...others } = head!.commit.mirror!.parts;
    expect(others).to.deep.equal({});
    expect(customer!.map(({ whole, total }) => ({ whole, total }))).to.deep.equal([
      { whole: false, total: 21 },
    ]);
    const [changed] = await rowsOf(customer![0]!.files[0]!, customer![0]!.columns);
    expect(changed!.slice(0, 3)).to.deep.equal([3, "name 3", "sad"]);
    expect(changed![5]).to.equal("NaN");
    const [part] = lines!;
    const [tombstones] = part!.tombstones;
    expect(tombstones!.key).to.match(/^\d{4}\/\d\d\/\d\d\/mirror-deleted\.order%20line\/[\d.]+\.parquet$/);
    const keys = await rowsOf(tombstones!, keyColumnsOf(part!));
    expect(keys.map(([line, order]) => `${String(line)} ${String(order)}`).sort()).to.deep.equal([
      "1 1",
      "1 2",
      "1 3",
      "1 4",
      "1 5",
    ]);
  });

  it("has floating-point numbers as numbers in Parquet, and the same numbers in the warehouse", async () => {
    await pipeline.sql(`CREATE TABLE measure (id int PRIMARY KEY, r real, d double precision, list real[]);
      INSERT INTO measure VALUES (1, 0.1, 0.1, '{0.1}'), (2, 'NaN', '-Infinity', NULL), (3, -0.0::real, '-0', NULL), (4, 1e-40, 5e-324, NULL)`);
    await pipeline.mirror();

    await expectSame(pipeline, "measure");
    const head = await pipeline.processed.log.head();
    const [part] = head!.commit.mirror!.parts["measure"]!;
    const [file] = part!.files;
    const bytes = await pipeline.processed.store.range(file!.key, 0, file!.bytes);
    const { schema } = await parquetMetadataAsync(fileOf(new Uint8Array(bytes)));
    expect(schema.slice(1).map(({ name, type }) => `${name} ${type ?? ""}`)).to.deep.equal([
      "id INT32",
      "r FLOAT",
      "d DOUBLE",
      "list BYTE_ARRAY",
    ]);
    await pipeline.sql("UPDATE measure SET d = 0 WHERE id = 3; UPDATE measure SET r = 2 WHERE id = 1");
    await pipeline.mirror();
    await expectSame(pipeline, "measure");
  });

  it("shows one state of the source in all tables", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror();
    const seen = new Set<string>();
    const state = `SELECT (SELECT count(*) FROM mirror.customer) || ' ' || (SELECT count(*) FROM mirror.note) AS state`;
    const reading = { done: false };
    const reader = (async () => {
      while (!reading.done) seen.add((await pipeline.warehouse.query<{ state: string }>(state))[0]!.state);
    })();
    for (let turn = 0; turn < 3; turn++) {
      await pipeline.sql("INSERT INTO customer (name) VALUES ('x'); INSERT INTO note VALUES ('x')");
      await pipeline.mirror();
    }
    reading.done = true;
    await reader;

    expect([...seen].sort()).to.have.members(["21 3", "22 4", "23 5", "24 6"]);
  });

  it("has new tables, keeps the rows of dropped tables, and says so", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror();
    await pipeline.sql(
      "CREATE TABLE late (a text PRIMARY KEY); INSERT INTO late VALUES ('x'); DROP TABLE note",
    );
    await pipeline.mirror();

    await expectMirrored(pipeline);
    const status = (): Promise<unknown[]> =>
      pipeline.warehouse.query(
        "SELECT is_current, reason FROM marble_table WHERE warehouse_table = 'mirror.note'",
      );
    expect(await pipeline.warehouse.query("SELECT FROM mirror.note")).to.have.length(3);
    expect(await status()).to.deep.equal([
      { is_current: false, reason: "mirror.note is absent: the table is gone" },
    ]);

    await pipeline.sql(
      "CREATE TABLE note (n bigint PRIMARY KEY, other text); INSERT INTO note VALUES (1, 'back')",
    );
    await pipeline.mirror();
    await expectMirrored(pipeline);
    expect(await status()).to.deep.equal([{ is_current: true, reason: null }]);
  });

  it("has the named tables: a table that is named later gets all rows, a table that is no longer named stays", async () => {
    await pipeline.sql(SHOP);
    await pipeline.mirror(new Set(["customer", "nobody"]));
    await expectSame(pipeline, "customer");
    const tables = (): Promise<{ name: string }[]> =>
      pipeline.warehouse.query(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'mirror'::regnamespace AND relkind = 'r' ORDER BY 1",
      );
    expect(await tables()).to.deep.equal([{ name: "customer" }]);
    expect(
      await pipeline.warehouse.query(
        "SELECT reason FROM marble_table WHERE warehouse_table = 'mirror.nobody'",
      ),
    ).to.deep.equal([
      { reason: "mirror.nobody is refused: the source has no table nobody: correct marble:mirror" },
    ]);

    await pipeline.sql("DELETE FROM \"order line\" WHERE line = 2; INSERT INTO note VALUES ('second', 2)");
    await pipeline.mirror(new Set(["customer"]));
    await pipeline.sql(
      'DELETE FROM customer WHERE id < 4; UPDATE "order line" SET amount = 0 WHERE line = 3',
    );
    await pipeline.mirror(new Set(["order line", "note"]));

    await expectSame(pipeline, "order line");
    await expectSame(pipeline, "note");
    expect(await pipeline.warehouse.query("SELECT FROM mirror.customer")).to.have.length(21);
    expect(
      await pipeline.warehouse.query(
        "SELECT reason FROM marble_table WHERE warehouse_table = 'mirror.customer'",
      ),
    ).to.deep.equal([{ reason: "mirror.customer is absent: marble:mirror does not name it any more" }]);

    await pipeline.mirror();
    await pipeline.sql("INSERT INTO note VALUES ('third', 3)");
    await pipeline.mirror();
    await expectMirrored(pipeline);
  });
});
