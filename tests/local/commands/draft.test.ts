import { expect } from "chai";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as ts from "typescript";
import { withConnection } from "../../../adapters/postgres/postgres";
import { describeForDraft } from "../../../adapters/source/draft-catalogue";
import type { Draft } from "../../../domain/draft/catalogue";
import { draftModel } from "../../../domain/draft/draft";
import type { Model } from "../../../domain/model/model";
import { modelProblems } from "../../../domain/model/problems";
import type { ReportDeclaration } from "../../../domain/report/declaration";
import { parseDraftOptions } from "../../../local/commands/draft/draft-options";
import { credentialsOf, startPipeline } from "../../support/pipeline/pipeline";
import { failureOf } from "../../support/failure";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

/** A draft is loaded as CommonJS, like the project. */
const load = createRequire(__filename);

const PROJECT = resolve(__dirname, "../../..");

/** Writes a draft into a place where its imports resolve to the project's domain. */
async function writtenTo(folder: string, { files }: Draft): Promise<string[]> {
  const domain = join(PROJECT, "domain");
  return Promise.all(
    files.map(async ({ path, text }) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      const up = path.includes("/") ? "../../" : "../";
      await writeFile(file, text.replaceAll(`"${up}`, `"${domain}/`));
      return file;
    }),
  );
}

function typeErrors(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile(join(PROJECT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PROJECT);
  const program = ts.createProgram(files, { ...options, noEmit: true, types: ["node"] });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

describe("npm run draft", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "marble-draft-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const draftOf = (source: TestDatabase): Promise<Draft> =>
    withConnection("source", credentialsOf(source.readerUrl), async (client) =>
      draftModel(await describeForDraft(client, ["public"])),
    );

  it("drafts one model of several schemas, with references from one to another", async () => {
    const source = await createDatabase();
    await source.client
      .query(`CREATE SCHEMA sales; CREATE SCHEMA production; GRANT USAGE ON SCHEMA sales, production TO reader;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
      CREATE TABLE production.product (id int PRIMARY KEY, name text NOT NULL);
      CREATE TABLE sales.product (id int PRIMARY KEY, note text);
      CREATE TABLE sales.line (id int PRIMARY KEY, product_id int NOT NULL REFERENCES production.product, price numeric(8,2) NOT NULL, sold_at timestamp NOT NULL)`);
    const draft = await withConnection("source", credentialsOf(source.readerUrl), async (client) =>
      draftModel(await describeForDraft(client, ["sales", "production"])),
    );
    const files = await writtenTo(join(folder, "schemas"), draft);
    expect(typeErrors(files)).to.deep.equal([]);
    const { model } = load(join(folder, "schemas", "model.ts")) as { model: Model };
    expect(modelProblems(model)).to.deep.equal([]);

    const line = model.tables.find(({ source: { name } }) => name === "line");
    const referred = model.tables.find(({ name }) => name === line?.columns["product_id"]?.references);
    expect(referred?.source.name).to.equal("production.product");
    const failure = async (): Promise<string> => {
      const described = withConnection("source", credentialsOf(source.readerUrl), (client) =>
        describeForDraft(client, ["a", "b"]),
      );
      return (await failureOf(described)).message;
    };
    expect(await failure()).to.equal(
      "the schemas a, b have no table that this role may read, but the role may read tables in " +
        "production (1 table), sales (2 tables): name a schema with --schema, or grant SELECT",
    );
    await source.client.query("REVOKE USAGE ON SCHEMA sales, production FROM reader");
    expect(await failure()).to.equal(
      "the schemas a, b have no table that this role may read, and the role may read no table of any schema: " +
        "grant USAGE on a schema and SELECT on its tables",
    );
    await source.drop();
  });

  it("names joined columns by their meaning, and composite keys by their parts in any order", async () => {
    const source = await createDatabase();
    await source.client
      .query(`CREATE SCHEMA sales; CREATE SCHEMA person; GRANT USAGE ON SCHEMA sales, person TO reader;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
      CREATE TABLE person.country (code text PRIMARY KEY, name text);
      CREATE TABLE person.region (country_code text REFERENCES person.country, code text, title text, PRIMARY KEY (country_code, code));
      CREATE TABLE person.address (id int PRIMARY KEY, country_code text, region_code text, street text, FOREIGN KEY (region_code, country_code) REFERENCES person.region (code, country_code));
      CREATE TABLE sales.clerk (id int PRIMARY KEY, name text, reports_to int REFERENCES sales.clerk, address_id int REFERENCES person.address);
      CREATE TABLE sales.client (id int PRIMARY KEY, name text, home_id int REFERENCES person.address, work_id int REFERENCES person.address);
      CREATE TABLE sales.sale (id int PRIMARY KEY, client_id int REFERENCES sales.client, clerk_id int REFERENCES sales.clerk, sold_at timestamp)`);
    const { files } = await withConnection("source", credentialsOf(source.readerUrl), async (client) =>
      draftModel(await describeForDraft(client, ["sales", "person"])),
    );
    const columnsIn = (table: string): string[] =>
      [
        ...(files.find(({ path }) => path === `tables/dim-${table}.ts`)?.text ?? "").matchAll(
          /(\w+): of\w+\.copy/g,
        ),
      ].map(([, name = ""]) => name);

    expect(columnsIn("clerk")).to.have.members([
      "reports_to_name",
      "address_street",
      "region_title",
      "country_name",
    ]);
    expect(columnsIn("client")).to.deep.equal([
      ...["home_street", "home_region_title", "home_country_name"],
      ...["work_street", "work_region_title", "work_country_name"],
    ]);
    expect(files.find(({ path }) => path === "tables/dim-clerk.ts")?.text).to.include(
      'ofAddress.leftJoin({ code: "region_code", country_code: "country_code" }, personRegion)',
    );
    expect(
      typeErrors(await writtenTo(join(folder, "names"), { files, decisions: [], open: [] })),
    ).to.deep.equal([]);
    await source.drop();
  });

  it("says where a column suggests that rows no longer count", async () => {
    const source = await createDatabase();
    await source.client.query(`
      CREATE TABLE guest (id int PRIMARY KEY, name text);
      CREATE TABLE bill (id int PRIMARY KEY, guest int REFERENCES guest, is_void boolean NOT NULL, issued_at timestamp);
      CREATE TABLE trip (id int PRIMARY KEY, guest int REFERENCES guest, deleted_at timestamptz, left_at timestamp);
      CREATE TABLE fare (id int PRIMARY KEY, guest int REFERENCES guest, deleted int, avoided boolean, paid_at timestamp)`);
    const { files } = await draftOf(source);
    const noteOf = (table: string): string | undefined =>
      /If (\w+) marks rows/.exec(
        files.find(({ path }) => path === `tables/fact-${table}.ts`)?.text ?? "",
      )?.[1];

    expect(["bill", "trip", "fare"].map(noteOf)).to.deep.equal(["is_void", "deleted_at", undefined]);
    await source.drop();
  });

  for (const example of ["orders", "rental", "music"]) {
    it(`drafts a model of ${example} that compiles and whose warehouse has the rows of the source`, async function () {
      this.timeout(120_000);
      const source = await createDatabase();
      const schema = await readFile(join(PROJECT, "tests/examples", example, "schema.sql"), "utf8");
      await source.client.query(schema);
      const draft = await draftOf(source);
      const files = await writtenTo(join(folder, example), draft);
      expect(typeErrors(files)).to.deep.equal([]);

      const { model, report } = load(join(folder, example, "model.ts")) as {
        model: Model;
        report: ReportDeclaration;
      };
      expect(modelProblems(model)).to.deep.equal([]);
      expect(report.questions).to.deep.equal([]);
      const pipeline = await startPipeline({ source });
      try {
        await pipeline.ingest();
        await pipeline.process({ model });
        await pipeline.load({ model, marts: [] });
        for (const table of model.tables) {
          const count = async (database: TestDatabase, name: string): Promise<number> => {
            const [row] = await database.query<{ n: string }>(`SELECT count(*) AS n FROM "${name}"`);
            return Number(row?.n);
          };
          expect(await count(pipeline.warehouse, table.name), table.name).to.equal(
            await count(source, table.source.name),
          );
        }
      } finally {
        await pipeline.close();
      }
    });
  }

  it("keeps json, intervals and arrays as they are, and reads them as texts in keys", async function () {
    this.timeout(120_000);
    const source = await createDatabase();
    await source.client.query(`
      CREATE TYPE mood AS ENUM ('sad', 'happy');
      CREATE TABLE song (song_id int PRIMARY KEY, data json, more jsonb NOT NULL, length interval(3), marks int[] NOT NULL,
        moods mood[], codes char(3)[], prices numeric(9,2)[], sizes numeric[], played timestamptz[], names varchar(9)[]);
      CREATE TABLE pause (length interval, marks int[], name text, PRIMARY KEY (length, marks));
      INSERT INTO song VALUES (1, '{"a": 1,  "a": 2}', '{"b": 1.0}', '1 mon', '{1}', '{sad}', '{a}', '{1}', '{1.0}', '{now}', '{x}');
      INSERT INTO pause VALUES ('1 mon', '{1,2}', 'long')`);
    const draft = await draftOf(source);
    const sources = draft.files.find(({ path }) => path === "sources.ts")?.text ?? "";
    for (const line of [
      "data: optional(json)",
      "more: jsonb,",
      "length: optional(interval)",
      "marks: arrayOf(integer)",
      'moods: optional(text, { accepts: ["public.mood[]"] })',
      'codes: optional(text, { accepts: ["character[]"] })',
      "prices: optional(arrayOf(decimal(9, 2)))",
      'sizes: optional(text, { accepts: ["numeric[]"] })',
      "played: optional(arrayOf(timestamptz))",
      "names: optional(arrayOf(text))",
      'length: required(text, { accepts: ["interval"] })',
      'marks: required(text, { accepts: ["integer[]"] })',
    ])
      expect(sources).to.include(line);
    const files = await writtenTo(join(folder, "native"), draft);
    expect(typeErrors(files)).to.deep.equal([]);
    const { model } = load(join(folder, "native", "model.ts")) as { model: Model };
    expect(modelProblems(model)).to.deep.equal([]);
    const pipeline = await startPipeline({ source });
    try {
      await pipeline.ingest();
      expect(await pipeline.process({ model })).to.include({ rejected: 0 });
      await pipeline.load({ model, marts: [] });
      for (const [name, columns] of [
        ["song", "data, more, length, marks, moods, codes, prices, sizes, played, names"],
        ["pause", "name"],
      ] as const) {
        const shown = `SELECT (SELECT array_agg(t::text) FROM (SELECT ${columns} FROM FROM_TABLE) AS t) AS rows`;
        for (const database of [pipeline.warehouse, source])
          await database.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
        expect(
          await pipeline.warehouse.query(shown.replace("FROM_TABLE", `dim_${name}`)),
          name,
        ).to.deep.equal(await source.query(shown.replace("FROM_TABLE", name)));
      }
    } finally {
      await pipeline.close();
    }
  });

  it("reports the result for each table and the omitted columns", async () => {
    const source = await createDatabase();
    try {
      await source.client.query(`
        CREATE TABLE shop (shop_id int PRIMARY KEY, code text UNIQUE);
        CREATE TABLE sale (sale_id int PRIMARY KEY, shop_id int REFERENCES shop, shop_code text REFERENCES shop (code),
                           sold_at timestamptz, "Total sum" numeric, search tsvector);
        CREATE TABLE notes (words text);
        COMMENT ON TABLE sale IS 'What was sold. */ "Really"'`);
      const draft = await draftOf(source);
      expect(draft.decisions.map(({ table, became }) => `${table}: ${became}`)).to.deep.equal([
        "notes: left out",
        "sale: fact",
        "shop: dimension",
      ]);
      expect(draft.open).to.have.lengthOf(1);
      expect(draft.open[0]).to.match(/^sale\.shop_code refers to shop\.code, which is not the primary key/);
      const files = await writtenTo(join(folder, "small"), draft);
      expect(typeErrors(files)).to.deep.equal([]);
      const sources = draft.files.find(({ path }) => path === "sources.ts")?.text;
      expect(sources).to.match(/search, of type tsvector, is left out/);
      expect(sources).to.match(/Decide how many digits Total sum has/);
    } finally {
      await source.drop();
    }
  });

  it("refuses an unknown or invalid option by name", () => {
    expect(parseDraftOptions(["--help"])).to.equal("help");
    expect(() => parseDraftOptions([])).to.throw("--source URL is missing");
    expect(() => parseDraftOptions(["--source", "x", "--name", "../up"])).to.throw("--name takes lower-case");
    expect(() => parseDraftOptions(["--sauce", "x"])).to.throw("--sauce");
    const parseUrlAlone = (): unknown => parseDraftOptions(["postgresql://me:hunter2@db/shop"]);
    expect(parseUrlAlone).to.throw("an argument has no option before it");
    expect(parseUrlAlone).not.to.throw("hunter2");
  });
});
