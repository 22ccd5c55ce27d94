import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { expectTables } from "../../support/hires/expected";
import { startHires, type HirePipeline } from "../../support/hires/pipeline";
import { createHireSource } from "../../support/hires/source";
import type { LoadOptions } from "../../support/pipeline/pipeline";

describe("A warehouse in the schema of its source is refused, because both would feed each other", () => {
  let pipeline: HirePipeline;
  before(async () => {
    const source = await createHireSource();
    const warehouse = { ...source, drop: () => Promise.resolve() };
    pipeline = await startHires({ source, warehouse });
    await pipeline.ingest();
    await pipeline.process();
  });
  after(() => pipeline.close());

  const relations = (): Promise<unknown[]> =>
    pipeline.source.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname",
    );

  const refused: readonly (readonly [what: string, setting: string, options: LoadOptions])[] = [
    ["for its tables", "marble:warehouseSchema", { schema: "public" }],
    ["for its marts", "marble:martsSchema", { schema: "dwh", martsSchema: "public" }],
    ["for its mirror", "marble:mirrorSchema", { schema: "dwh", mirrorSchema: "public" }],
  ];
  for (const [what, setting, options] of refused) {
    it(`before anything is written: ${what}`, async () => {
      const before = await relations();
      const { message } = await failureOf(pipeline.load(options));

      expect(message).to.match(
        /^the warehouse is the schema public of the database test_\d+, which is the source: its tables would be captured/,
      );
      expect(message).to.include(`set ${setting} to another schema`);
      expect(await relations()).to.deep.equal(before);
    });
  }

  it("but loaded in another schema of the same database, which cannot move to that of the source later", async () => {
    await pipeline.source.query("CREATE SCHEMA dwh");
    await pipeline.load({ schema: "dwh" });
    await expectTables(pipeline, { schema: "dwh" });

    expect((await failureOf(pipeline.load({ schema: "dwh", martsSchema: "public" }))).message).to.include(
      "marble:martsSchema",
    );
    expect((await pipeline.ingest()).commit, "the source has nothing new").to.equal(null);
  });
});
