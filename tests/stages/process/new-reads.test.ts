import { expect } from "chai";
import { columnsOf, constant } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { sourceTable, type SourceTable } from "../../../domain/model/source";
import { dimension, type Dimension } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { failureOf } from "../../support/failure";
import { createDatabase } from "../../support/postgres/postgres";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

const town = (name: string): SourceTable =>
  sourceTable(name, { key: "town_id", columns: { town_id: integer, town: text } });
const shop = sourceTable("shop", { key: "shop_id", columns: { shop_id: integer, town_id: integer } });
const shops = columnsOf(shop);

const dimShop = (towns: string | undefined): Dimension =>
  dimension("dim_shop", {
    description: "Shops, with the name of their town or without.",
    source: shop,
    key: "shop_id",
    columns: {
      shop_id: shops.copy("shop_id"),
      town:
        towns === undefined
          ? constant(text, "?")
          : shops.innerJoin("town_id", town(towns)).copy("town" as never),
    },
  });
const dimTown = (source: string): Dimension =>
  dimension("dim_town", {
    description: "Towns.",
    source: town(source),
    key: "town_id",
    columns: { town_id: columnsOf(town(source)).copy("town_id"), town: columnsOf(town(source)).copy("town") },
  });
const modelOf = (...tables: Dimension[]): Model => ({ version: 1, calendar: dimDate, tables });

const DIRECT = modelOf(dimShop(undefined), dimTown("town"));
const JOINED = modelOf(dimShop("town"), dimTown("town"));

describe("A model that newly reads rows which were captured before is refused until its version is raised", () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(
      `CREATE TABLE town (town_id int PRIMARY KEY, town text NOT NULL);
       CREATE TABLE shop (shop_id int PRIMARY KEY, town_id int NOT NULL);
       INSERT INTO town VALUES (1, 'Leeds'); INSERT INTO shop VALUES (1, 1);
       GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
       ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader`,
    );
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const run = async (model: Model): Promise<void> => {
    await pipeline.ingest({ model });
    await pipeline.process({ model });
    await pipeline.load({ model, marts: [] });
  };
  const write = (sql: string): Promise<unknown> => pipeline.source.query(sql);
  const refusal = async (model: Model): Promise<string> => {
    const { number } = (await pipeline.processed.log.head())!;
    await pipeline.ingest({ model });
    const { message } = await failureOf(pipeline.process({ model }));
    expect(message).to.include(
      "raise the `version` of the model (of the example: in domain/shop/shop.ts), then build its processed log: run `npm",
    );
    expect((await pipeline.processed.log.head())?.number, "no commit is made").to.equal(number);
    return message;
  };

  it("when a table gets a join, because the rows on both sides were not stored", async () => {
    await run(DIRECT);
    expect(await refusal(JOINED)).to.match(
      /^the model reads more rows than before, but its version is still 1: shop, town\. Rows .* before commit 2/,
    );
  });

  it("also when the join existed earlier and rows of that time are stored", async () => {
    await run(JOINED);
    await write("UPDATE town SET town = 'York'");
    await run(DIRECT);
    expect(await refusal(JOINED)).to.include("shop, town");
  });

  it("when its rows come from another table of the source", async () => {
    await write("CREATE TABLE other (LIKE town INCLUDING ALL); INSERT INTO other VALUES (2, 'Hull')");
    await run(DIRECT);
    expect(await refusal(modelOf(dimShop(undefined), dimTown("other")))).to.include(
      "1: dim_town from other. Rows",
    );
  });

  it("but not when the model is reverted, nor with a new version", async () => {
    await run(DIRECT);
    await refusal(JOINED);
    await write("UPDATE town SET town = 'York'");
    await run(DIRECT);

    const raised = { ...JOINED, version: 2 };
    await pipeline.process({ model: raised, reprocess: true });
    await pipeline.load({ model: raised, marts: [], replay: {} });
    expect(await pipeline.warehouse.query("SELECT town FROM dim_shop")).to.deep.equal([{ town: "York" }]);
  });

  it("but not when all newly read rows arrive with the commit", async () => {
    await write("DELETE FROM shop");
    await run(DIRECT);
    await write("CREATE TABLE other (LIKE town INCLUDING ALL); INSERT INTO other VALUES (2, 'Hull')");
    await write("INSERT INTO shop VALUES (7, 2)");

    await run(modelOf(dimShop("other"), dimTown("town")));
    await write("UPDATE other SET town = 'Kingston'");
    await run(modelOf(dimShop("other"), dimTown("town")));
    expect(await pipeline.warehouse.query("SELECT shop_id, town FROM dim_shop")).to.deep.equal([
      { shop_id: 7, town: "Kingston" },
    ]);
  });
});
