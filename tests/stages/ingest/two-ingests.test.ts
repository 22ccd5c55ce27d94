import { expect } from "chai";
import { failureOf } from "../../support/failure";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";

describe("Of two parallel runs of ingest", () => {
  let pipeline: HirePipeline;
  /** Once, before the log is listed for the first time. */
  let meanwhile: (() => Promise<void>) | undefined;
  /** Once, before a data file is written. */
  let whileCapturing: (() => Promise<void>) | undefined;

  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun({
      before: async ({ operation, key }) => {
        const listing = operation === "ListObjectsV2";
        const due = listing ? meanwhile : key.includes("/hire/") ? whileCapturing : undefined;
        if (due === undefined) return;
        if (listing) meanwhile = undefined;
        else whileCapturing = undefined;
        await due();
      },
    });
  });
  afterEach(() => pipeline.close());

  const charge = (price: number): Promise<unknown> =>
    pipeline.source.query(`UPDATE hire SET price = ${price} WHERE hire_id = 3`);
  const versions = async (): Promise<number[]> => {
    const rows = await pipeline.warehouse.query<{ price: number }>(
      "SELECT price::int AS price FROM fact_hire WHERE hire_id = 3 ORDER BY hire_record_id",
    );
    return rows.map(({ price }) => price).slice(1);
  };

  it("an older state never follows a newer one, however slowly the log is read", async () => {
    await charge(111);
    meanwhile = async () => {
      await charge(222);
      await pipeline.ingest();
    };
    await pipeline.ingest();
    await pipeline.process();
    await pipeline.load();

    expect(meanwhile, "the other run came in between").to.equal(undefined);
    expect(await versions()).to.deep.equal([222]);
    expect(pipeline.logged.map(({ fields }) => fields["reason"])).to.not.include(
      "the source went back in time",
    );
  });

  it("the one that commits later gives way", async () => {
    await charge(111);
    whileCapturing = async () => {
      await charge(222);
      await pipeline.ingest();
    };
    const error = await failureOf(pipeline.ingest());
    expect(error.message).to.include("another run created commit 2 first");
    await pipeline.run();

    expect(await versions()).to.deep.equal([222]);
  });

  it("each commit has the time before its snapshot: later writes are in the next commit", async () => {
    let written = "";
    whileCapturing = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      written = new Date().toISOString();
      await charge(222);
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await charge(111);
    await pipeline.run();

    expect(await versions()).to.deep.equal([111]);
    const [ledger] = await pipeline.warehouse.query<{ at: string }>(
      "SELECT captured_at AS at FROM marble_ledger ORDER BY commit DESC LIMIT 1",
    );
    expect(new Date(ledger!.at).toISOString() < written).to.equal(true);
    const { commit } = (await pipeline.ingested.log.head())!;
    expect(commit.createdAt > written).to.equal(true);
  });
});
