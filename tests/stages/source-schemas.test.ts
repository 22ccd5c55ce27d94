import { expect } from "chai";
import { TerminalError } from "../../domain/errors";
import type { IngestCommit } from "../../domain/log/commit";
import { columnsOf, references } from "../../domain/model/columns";
import { dimDate } from "../../domain/model/dim-date";
import type { Model } from "../../domain/model/model";
import { sourceTable } from "../../domain/model/source";
import { dimension, fact } from "../../domain/model/table";
import { decimal, integer, text } from "../../domain/model/types";
import { failureOf } from "../support/failure";

import { startPipeline, type Pipeline } from "../support/pipeline/pipeline";
import { createDatabase } from "../support/postgres/postgres";

const DATABASE = `
CREATE SCHEMA sales; CREATE SCHEMA production; CREATE SCHEMA person;
GRANT USAGE ON SCHEMA sales, production, person TO reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
CREATE TABLE person.person (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE production.product (id int PRIMARY KEY, name text NOT NULL);
CREATE TYPE production.size AS ENUM ('small', 'large');
CREATE TABLE sales.orders (id int PRIMARY KEY, buyer_id int NOT NULL REFERENCES person.person);
CREATE TABLE sales.line (order_id int REFERENCES sales.orders ON DELETE CASCADE, number int, product_id int NOT NULL
  REFERENCES production.product, price numeric(8,2) NOT NULL, size production.size NOT NULL, PRIMARY KEY (order_id, number));
INSERT INTO person.person VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO production.product VALUES (1, 'Bike'), (2, 'Bell');
INSERT INTO sales.orders VALUES (1, 1), (2, 2);
INSERT INTO sales.line VALUES (1, 1, 1, 900.00, 'large'), (1, 2, 2, 9.50, 'small'), (2, 1, 2, 9.00, 'small')`;

const SCHEMAS = ["sales", "production", "person"];

const person = sourceTable("person.person", { key: "id", columns: { id: integer, name: text } });
const product = sourceTable("production.product", { key: "id", columns: { id: integer, name: text } });
const orders = sourceTable("orders", { key: "id", columns: { id: integer, buyer_id: integer } });
const line = sourceTable("line", {
  key: ["order_id", "number"],
  columns: { order_id: integer, number: integer, product_id: integer, price: decimal(8, 2), size: text },
});
const own = columnsOf(line);

const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_product", {
      description: "What is sold.",
      source: product,
      key: "product_id",
      columns: { product_id: columnsOf(product).copy("id"), name: columnsOf(product).copy("name") },
    }),
    fact("fact_line", {
      description: "Lines of orders, with who bought.",
      source: line,
      key: ["order_id", "number"],
      surrogateKey: "line_record_id",
      currentView: "current_line",
      columns: {
        order_id: own.copy("order_id"),
        number: own.copy("number"),
        product_id: references("dim_product", own.copy("product_id")),
        price: own.copy("price"),
        size: own.copy("size"),
        buyer: own.innerJoin("order_id", orders).innerJoin("buyer_id", person).copy("name"),
      },
    }),
  ],
};

describe("A source of several schemas is one source", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(DATABASE);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const head = async (): Promise<IngestCommit> => (await pipeline.ingested.log.head())!.commit;
  const ingest = (schemas: readonly string[] = SCHEMAS, allowDeletes: readonly string[] = []) =>
    pipeline.ingest({ model, schemas, allowDeletes });
  const run = async (sql = ""): Promise<void> => {
    if (sql !== "") await pipeline.source.query(sql);
    await ingest(SCHEMAS, ["line"]);
    await pipeline.process({ model });
    await pipeline.load({ model, marts: [] });
  };
  const equalsSource = async (what: string): Promise<void> => {
    const pairs = [
      ["SELECT product_id, name FROM dim_product", "SELECT id AS product_id, name FROM production.product"],
      [
        "SELECT order_id, number, product_id, price, size, buyer FROM current_line",
        `SELECT l.order_id, l.number, l.product_id, l.price, l.size::text AS size, p.name AS buyer FROM sales.line l
           JOIN sales.orders o ON o.id = l.order_id JOIN person.person p ON p.id = o.buyer_id`,
      ],
    ] as const;
    for (const [shown, wanted] of pairs)
      expect(await pipeline.warehouse.query(`${shown} ORDER BY 1, 2`), what).to.deep.equal(
        await pipeline.source.query(`${wanted} ORDER BY 1, 2`),
      );
  };

  it("whose star over all of them is right after each change", async () => {
    await run();
    await equalsSource("first load");
    for (const change of [
      "UPDATE person.person SET name = 'Anne' WHERE id = 1",
      "UPDATE production.product SET name = 'Bicycle' WHERE id = 1",
      "UPDATE sales.orders SET buyer_id = 2 WHERE id = 1",
      "INSERT INTO production.product VALUES (3, 'Lamp'); INSERT INTO sales.line VALUES (2, 2, 3, 30, 'small')",
      "DELETE FROM sales.orders WHERE id = 1",
      "ALTER TYPE production.size RENAME VALUE 'small' TO 'tiny'",
    ]) {
      await run(change);
      await equalsSource(change);
    }
  });

  it("whose tables in the lake have the name of their schema before their own, except in the first schema", async () => {
    await ingest();
    const { tables, source } = await head();

    expect(Object.keys(tables).sort()).to.deep.equal([
      "line",
      "orders",
      "person.person",
      "production.product",
    ]);
    expect(source).to.include({ schema: "sales" });
    expect(source.moreSchemas).to.deep.equal(["production", "person"]);
    expect(tables["production.product"]?.files[0]?.key).to.match(
      /^\d{4}\/\d\d\/\d\d\/production\.product\/[^/]+\.csv$/,
    );
  });

  it("to which a schema can be added, and from which one can be taken", async () => {
    await ingest(["sales"]);
    await ingest(["sales", "person"]);
    const more = await head();
    expect(more.tables["person.person"]).to.include({ mode: "full", rows: 2 });
    expect(more.tables["orders"]).to.include({ mode: "unchanged" });

    await ingest(["sales"]);
    const less = await head();
    expect(less.tables["person.person"]?.absent).to.be.a("string");
    expect((await failureOf(ingest(["person"]))).message).to.include(
      "this lake was captured from the schema sales",
    );
  });

  it("in which two tables with one name in the lake are refused, and nothing else is", async () => {
    await pipeline.source.query(
      'CREATE TABLE sales."production.product" (id int PRIMARY KEY); INSERT INTO sales."production.product" VALUES (1)',
    );
    await ingest();
    const { tables, refused } = await head();

    expect(Object.keys(tables).sort()).to.deep.equal(["line", "orders", "person.person"]);
    expect(refused["production.product"]).to.deep.equal({
      kind: "table",
      reason:
        '"sales"."production.product" and "production"."product" both have the name production.product in the lake: rename one of them',
    });
  });

  it("in which each schema must exist and be accessible to the role", async () => {
    expect((await failureOf(ingest(["sales", "purchasing"]))).message).to.equal(
      "the source has no schema purchasing, but the role may read tables in person (1 table), production (1 table), " +
        "sales (2 tables): name a schema with marble:sourceSchema and marble:moreSourceSchemas, or with --source-schema " +
        "of npm run local",
    );
    await pipeline.source.query("REVOKE USAGE ON SCHEMA person FROM reader");
    const error = await failureOf(ingest());
    expect(error).to.be.instanceOf(TerminalError);
    expect(error.message).to.equal(
      'reader may not use the schema person: GRANT USAGE ON SCHEMA "person" TO "reader"',
    );
  });

  it("none of which may be the warehouse", async () => {
    await ingest();
    await pipeline.process({ model });
    const database = { ...pipeline.source };
    const error = await failureOf(pipeline.load({ model, marts: [], database, schema: "production" }));
    expect(error.message).to.include("the warehouse is the schema production of the database");
  });

  it("that can be mirrored", async () => {
    await ingest();
    await pipeline.process({ model, mirror: "all" });
    await pipeline.load({ model, marts: [] });
    await pipeline.source.query(
      "DELETE FROM sales.line WHERE product_id = 1; UPDATE production.product SET name = 'Ding'",
    );
    await ingest();
    await pipeline.process({ model, mirror: "all" });
    await pipeline.load({ model, marts: [] });

    for (const [mirrored, table] of [
      ['mirror."production.product"', "production.product"],
      ["mirror.line", "sales.line"],
    ])
      expect(
        await pipeline.warehouse.query(`SELECT to_jsonb(t)::text FROM ${mirrored} t ORDER BY 1`),
      ).to.deep.equal(await pipeline.source.query(`SELECT to_jsonb(t)::text FROM ${table} t ORDER BY 1`));
  });
});
