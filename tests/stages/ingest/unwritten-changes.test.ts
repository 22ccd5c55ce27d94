import { expect } from "chai";
import { latest, replayed, sourceRows } from "../../support/pipeline/lake";
import { testedMajor } from "../../support/postgres/version";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

const TYPES = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TYPE addr AS (street text, no int);
  CREATE TYPE gone AS (a text, b int, c text);
  CREATE TYPE withmood AS (m mood, n int);
  CREATE DOMAIN dmood AS mood;
  CREATE DOMAIN dwith AS withmood;
  CREATE TYPE moodrange AS RANGE (subtype = mood);
  CREATE TYPE deep AS (list withmood[], at addr);
  CREATE TABLE rowtype (x int, y text)`;

/** A type of a column, a value, and a statement that changes the text of the value without a write to its row. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  [
    "an attribute is added to its composite type",
    "addr",
    "ROW('x', 1)",
    "ALTER TYPE addr ADD ATTRIBUTE zip text",
  ],
  [
    "an attribute of its composite type is dropped",
    "gone",
    "ROW('a', 2, 'c')",
    "ALTER TYPE gone DROP ATTRIBUTE c",
  ],
  [
    "a value of an enumeration in its composite type is renamed",
    "withmood",
    "ROW('sad', 1)",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "the same, in a domain over the composite type",
    "dwith",
    "ROW('sad', 1)::withmood",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "the same, in an array within a composite type",
    "deep",
    "ROW(ARRAY[ROW('sad', 1)::withmood], NULL)",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "an attribute is added to a composite type within another",
    "deep[]",
    "ARRAY[ROW(NULL, ROW('x', 1))::deep]",
    "ALTER TYPE addr ADD ATTRIBUTE zip text",
  ],
  [
    "a value of the enumeration under a domain in an array is renamed",
    "dmood[]",
    "'{sad}'",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "a value of the enumeration of a range is renamed",
    "moodrange",
    "'[sad,ok]'",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "a value of the enumeration of a multirange is renamed",
    "moodmultirange",
    "'{[sad,ok]}'",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
  ],
  [
    "the table whose rows it holds gets a column",
    "rowtype",
    "ROW(1, 'a')",
    "ALTER TABLE rowtype ADD COLUMN z int",
  ],
];

/** A type whose text contains a name, a value, and a statement that changes the name. */
const NAMES: readonly (readonly [string, string, string])[] = [
  ["regclass", "'other.target'", "ALTER TABLE other.target RENAME TO renamed"],
  ["regclass", "'other.target'", "DROP TABLE other.target"],
  ["regclass[]", "ARRAY['other.target'::regclass]", "ALTER TABLE other.target SET SCHEMA third"],
  ["pointing", "ROW('other.target', 1)", "ALTER TABLE other.target RENAME TO renamed"],
  [
    "regclass",
    "'other.target'",
    "ALTER TABLE other.target RENAME TO x; ALTER TABLE other.second RENAME TO target; ALTER TABLE other.x RENAME TO second",
  ],
  ["regtype", "'other.kind'", "ALTER TYPE other.kind RENAME TO kinds"],
  ["regprocedure", "'other.f(other.kind)'", "ALTER TYPE other.kind RENAME TO kinds"],
  ["regproc", "'other.f'", "ALTER FUNCTION other.f RENAME TO g"],
  ["regnamespace", "'other'", "ALTER SCHEMA other RENAME TO another"],
  ["regrole", "'ROLE'", "ALTER ROLE ROLE RENAME TO ROLE_renamed"],
  ["aclitem", "'ROLE=r/postgres'", "ALTER ROLE ROLE RENAME TO ROLE_renamed"],
];

describe("A row whose text changed without a write is captured again", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
  });
  afterEach(() => pipeline.close());

  const sql = (text: string): Promise<unknown> => pipeline.source.query(text);
  const expectFaithful = async (): Promise<void> => {
    expect(await replayed(pipeline, "t")).to.deep.equal(await sourceRows(pipeline.source, "t"));
  };

  for (const [what, type, value, change] of CASES) {
    // Multiranges came with PostgreSQL 14.
    if (type === "moodmultirange" && testedMajor() < 14) continue;
    it(`when ${what}`, async () => {
      await sql(
        `${TYPES}; CREATE TABLE t (id int PRIMARY KEY, v ${type}); INSERT INTO t VALUES (1, ${value})`,
      );
      await pipeline.ingest();
      const before = await sourceRows(pipeline.source, "t");
      await sql(change);
      await pipeline.ingest();

      expect(await sourceRows(pipeline.source, "t"), "the text did change").to.not.deep.equal(before);
      expect(await latest(pipeline, "t")).to.include({ mode: "full", recapture: true });
      await expectFaithful();
    });
  }

  for (const [type, value, change] of NAMES) {
    it(`when an object that it names is renamed: ${type}, ${change}`, async () => {
      const role = `${pipeline.source.name}_role`;
      const given = (text: string): string =>
        text.replaceAll("ROLE ROLE", `ROLE ${role}`).replaceAll(/ROLE(?=['_=])/g, role);
      await sql(`${TYPES}; CREATE ROLE ${role}; CREATE SCHEMA other; CREATE SCHEMA third; CREATE TYPE pointing AS (r regclass, n int);
        CREATE TABLE other.target (x int); CREATE TABLE other.second (x int); CREATE TYPE other.kind AS ENUM ('a');
        CREATE FUNCTION other.f(other.kind) RETURNS int LANGUAGE sql AS 'SELECT 1'`);
      await sql(`CREATE TABLE t (id int PRIMARY KEY, v ${type}); INSERT INTO t VALUES (1, ${given(value)})`);
      await pipeline.ingest();
      await sql(
        "CREATE TABLE one_more (x int); CREATE TEMP TABLE unseen (x int); INSERT INTO rowtype VALUES (1)",
      );
      await pipeline.ingest();
      expect((await latest(pipeline, "t")).mode, "what is new changes nothing").to.equal("unchanged");
      await sql(given(change));
      await pipeline.ingest();
      const { mode, names } = await latest(pipeline, "t");
      await expectFaithful();
      await sql(`DROP TABLE t; DROP ROLE IF EXISTS ${role}; DROP ROLE IF EXISTS ${role}_renamed`);

      expect(mode).to.equal("full");
      expect(names).to.match(/^\d+:[0-9a-f]{32}$/);
    });
  }

  it("but not when an enumeration in a composite type gets a value, or an attribute is renamed", async () => {
    await sql(
      `${TYPES}; CREATE TABLE t (id int PRIMARY KEY, v withmood); INSERT INTO t VALUES (1, ('sad', 1))`,
    );
    await pipeline.ingest();
    await sql("ALTER TYPE mood ADD VALUE 'glad'; ALTER TYPE withmood RENAME ATTRIBUTE n TO number");
    await sql("INSERT INTO t VALUES (2, ('glad', 2))");
    await pipeline.ingest();

    expect(await latest(pipeline, "t")).to.include({ mode: "delta", rows: 1 });
    await expectFaithful();
  });

  it("and once when the previous commit does not record the parts of its type", async () => {
    await sql(`${TYPES}; CREATE TABLE t (id int PRIMARY KEY, v addr); INSERT INTO t VALUES (1, ('x', 1))`);
    await pipeline.ingest();
    const head = (await pipeline.ingested.log.head())!;
    const { t } = head.commit.tables;
    const columns = t!.columns.map(({ attributes: _, ...column }) => column);
    await pipeline.ingested.log.append(2 as typeof head.number, {
      ...head.commit,
      number: 2,
      tables: { ...head.commit.tables, t: { ...t!, mode: "unchanged", rows: 0, files: [], columns } },
    });
    await sql("ALTER TYPE addr ADD ATTRIBUTE zip text");
    await pipeline.ingest();

    expect((await latest(pipeline, "t")).mode).to.equal("full");
    await expectFaithful();
  });
});
