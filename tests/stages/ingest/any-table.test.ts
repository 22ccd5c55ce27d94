import { expect } from "chai";
import { identifier, literal } from "../../../domain/sql";
import { INTERNAL, VALUES } from "../../support/oracle/every-type";
import { expectFaithful } from "../../support/pipeline/faithful";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { testedMajor } from "../../support/postgres/version";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

describe("Any table reaches the lake unchanged", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);

  it("with a column, and an array, of every PostgreSQL type", async () => {
    const types = await pipeline.source.query<{ name: string }>(
      `SELECT typname AS name FROM pg_type
        WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typelem = 0
           OR typname IN ('point', 'lseg', 'box', 'line', 'name', 'oidvector', 'int2vector') ORDER BY 1`,
    );
    const names = types.map(({ name }) => name).filter((name) => !INTERNAL.includes(name));
    expect(Object.keys(VALUES), "a new version of PostgreSQL has more types").to.include.members(names);
    if (testedMajor() >= 17) expect(names).to.have.members(Object.keys(VALUES));
    const arrays = names.filter((name) => !name.endsWith("vector"));
    const type = (name: string): string => `pg_catalog.${identifier(name)}`;
    await sql(
      `CREATE TABLE t (${[
        ...names.map((name) => `${identifier(name)} ${type(name)}`),
        ...arrays.map((name) => `${identifier(`${name}s`)} ${type(name)}[]`),
      ].join(", ")})`,
    );
    const value = (name: string, text: string): string => `${literal(text)}::${type(name)}`;
    const array = (name: string): string =>
      `ARRAY[${[...VALUES[name]!.map((text) => value(name, text)), "NULL"].join(", ")}]::${type(name)}[]`;
    const most = Math.max(...names.map((name) => VALUES[name]!.length));
    for (let row = 0; row <= most; row++) {
      const cells = names.map((name) => {
        const text = VALUES[name]![row];
        return text === undefined ? "NULL" : value(name, text);
      });
      const lists = arrays.map((name) =>
        row === 0
          ? array(name)
          : row === 1
            ? `ARRAY[]::${type(name)}[]`
            : row === 2
              ? `ARRAY[${array(name)}, ${array(name)}]`
              : "NULL",
      );
      await sql(`SET lc_monetary = 'C'; INSERT INTO t VALUES (${[...cells, ...lists].join(", ")})`);
    }
    await pipeline.ingest();

    expect(await expectFaithful(pipeline, "t")).to.equal(most + 1);
  });

  it("with user-defined types: composites, enumerations, domains, ranges, and arrays of them", async () => {
    await sql(`
      CREATE TYPE mood AS ENUM ('sad', 'so, so', '"ok"');
      CREATE TYPE pair AS (a int, b text);
      CREATE DOMAIN positive AS numeric(6,2) CHECK (VALUE > 0);
      CREATE TYPE textrange AS RANGE (subtype = text);
      CREATE TABLE t (id serial PRIMARY KEY, m mood, ms mood[], p pair, ps pair[], d positive, ds positive[], r textrange,
                      g int GENERATED ALWAYS AS (1 + 1) STORED, i int GENERATED ALWAYS AS IDENTITY, n name COLLATE "C");
      INSERT INTO t (m, ms, p, ps, d, ds, r) VALUES
        ('so, so', '{sad,"so, so"}', '(1,"x, ""y"" \\\\")', ARRAY[ROW(1, NULL), ROW(NULL, '')]::pair[], 1.5, '{1,2}', '[a,"b,c"]'),
        (NULL, '{}', ROW(NULL, NULL), NULL, NULL, NULL, 'empty')`);
    await pipeline.ingest();

    expect(await expectFaithful(pipeline, "t")).to.equal(2);
    expect((await latest(pipeline, "t")).columns.find(({ name }) => name === "d")!.type).to.equal(
      "numeric(6,2)",
    );
  });

  const names = [
    'with "quotes"',
    "with 'quotes' and \\ and $1",
    "a/b",
    "../up",
    ".",
    "..",
    "...",
    "%2E",
    "line\nbreak, tab\t",
    "żółć 漢字 😀",
    "x".repeat(63),
    "漢".repeat(21),
    "SELECT",
    "Upper and lower",
    " ",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "-- comment",
  ];
  it("with any names of table and columns, and its changes and deletes are found", async () => {
    await pipeline.ingest();
    for (const name of names) {
      const table = identifier(name);
      await sql(`CREATE TABLE ${table} (${table} int PRIMARY KEY, "other, ""one""" text);
                 INSERT INTO ${table} VALUES (1, 'a'), (2, 'b'), (3, 'c')`);
    }
    await pipeline.ingest();
    for (const name of names) expect(await expectFaithful(pipeline, name), name).to.equal(3);
    const keys = await Promise.all(names.map(async (name) => (await latest(pipeline, name)).files[0]!.key));
    expect(
      new Set(keys.map((key) => key.split("/").slice(0, -1).join("/"))),
      "a folder each",
    ).to.have.property("size", names.length);

    for (const name of names) {
      const table = identifier(name);
      await sql(
        `UPDATE ${table} SET "other, ""one""" = 'new' WHERE ${table} = 1; DELETE FROM ${table} WHERE ${table} = 2`,
      );
    }
    await pipeline.ingest();
    for (const name of names) {
      expect(await latest(pipeline, name), name).to.deep.include({ mode: "delta", rows: 1 });
      const sorted = (rows: string[]): string[] =>
        rows.map((row) => JSON.stringify((JSON.parse(row) as unknown[]).sort())).sort();
      expect(sorted(await replayed(pipeline, name)), name).to.deep.equal(
        sorted(await sourceRows(pipeline.source, name.replaceAll('"', '""'))),
      );
    }
  });

  const shapes: readonly (readonly [string, string, number])[] = [
    [
      "without a primary key, with rows that are the same",
      "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)",
      3,
    ],
    ["without rows", "CREATE TABLE t (a int PRIMARY KEY)", 0],
    ["without columns", "CREATE TABLE t (); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES", 2],
    [
      "with one column, NULL and empty",
      "CREATE TABLE t (a text); INSERT INTO t VALUES (NULL), (''), ('\\.'), (' ')",
      4,
    ],
    [
      "with 1,600 columns",
      `CREATE TABLE t (${Array.from({ length: 1600 }, (_, i) => `c${i} int`).join(", ")}); INSERT INTO t VALUES (${Array.from({ length: 1600 }, (_, i) => i).join(", ")})`,
      1,
    ],
    [
      "with dropped columns",
      "CREATE TABLE t (a int, b int, c int); INSERT INTO t VALUES (1, 2, 3); ALTER TABLE t DROP b",
      1,
    ],
    [
      "with a composite key of texts",
      "CREATE TABLE t (a text, b date, c int, PRIMARY KEY (c, a)); INSERT INTO t VALUES ('', 'infinity', 1), ('x,\"', NULL, 1)",
      2,
    ],
    [
      "that is partitioned",
      "CREATE TABLE t (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE t2 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1, '2024-05-05'), (2, '1999-01-01')",
      2,
    ],
  ];
  for (const [what, create, rows] of shapes) {
    it(what, async () => {
      await sql(create);
      await pipeline.ingest();

      expect(await expectFaithful(pipeline, "t")).to.equal(rows);
      await sql("CREATE SCHEMA other");
      expect((await pipeline.ingest()).commit, "nothing has changed").to.equal(null);
    });
  }

  it("with values of 50 MB, of which only a part is in memory", async () => {
    await sql(`CREATE TABLE t (id int PRIMARY KEY, v text);
               INSERT INTO t SELECT i, repeat('line, "' || chr(10), 7 * 1024 * 1024) FROM generate_series(1, 4) i`);
    const before = process.memoryUsage().rss;
    let most = 0;
    const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
    await pipeline.ingest();
    clearInterval(sampling);

    const [file] = (await latest(pipeline, "t")).files;
    expect(file!.bytes).to.be.greaterThan(200 * 1024 * 1024);
    expect((most - before) / 1024 / 1024, "MB").to.be.lessThan(250);
    expect(await expectFaithful(pipeline, "t")).to.equal(4);
  });
});
