import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { startHires, startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";

describe("A warehouse of another lake is refused", () => {
  let old: HirePipeline;
  let begunAnew: HirePipeline;
  beforeEach(async () => {
    old = await startHiresAfterFirstRun();
    const drop = (): Promise<void> => Promise.resolve();
    begunAnew = await startHires({
      source: { ...old.source, drop },
      warehouse: { ...old.warehouse, drop },
    });
  });
  afterEach(async () => {
    await begunAnew.close();
    await old.close();
  });

  const change = async (manager: string): Promise<void> => {
    await old.source.query(`UPDATE depot SET manager = '${manager}' WHERE depot_id = 1`);
  };
  const REMEDY = "load this lake into another schema, or into an empty warehouse";

  it("when both have the same number of commits", async () => {
    await begunAnew.ingest();
    await begunAnew.process();

    const { message } = await failureOf(begunAnew.load());
    expect(message).to.match(/loaded from the lake .*, up to commit 1; the bucket processed is the lake/);
    expect(message).to.include(REMEDY);
  });

  it("when it is ahead of the lake", async () => {
    await change("a");
    await old.run();
    await begunAnew.ingest();
    await begunAnew.process();

    const { message } = await failureOf(begunAnew.load());
    expect(message).to.match(/up to commit 2; the bucket processed has no commit 2/);
    expect(message).to.include(REMEDY);
  });

  it("when it is behind the lake", async () => {
    await begunAnew.ingest();
    await change("a");
    await begunAnew.ingest();
    await begunAnew.process();

    expect((await failureOf(begunAnew.load())).message).to.include(REMEDY);
  });

  it("by a replay, which changes nothing", async () => {
    await begunAnew.ingest();
    await begunAnew.process();

    for (const replay of [{}, { tables: ["fact_hire"] }])
      expect((await failureOf(begunAnew.load({ replay }))).message).to.include(REMEDY);
    const schemas = await old.warehouse.query(
      "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%replay%'",
    );
    expect(schemas).to.deep.equal([]);
    await change("b");
    await old.run();
  });
});
