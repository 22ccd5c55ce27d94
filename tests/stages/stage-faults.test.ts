import { expect } from "chai";
import { MarbleError } from "../../domain/errors";
import type { S3Request } from "../../local/cloud/s3/server";
import { startSales, type SalePipeline } from "../support/warehouse/sale-model";

/** How many reads of CSV files in a run the test distinguishes, and how many reads of commits. */
const READS = 4;

/** These reads are alike, and their number grows from run to run. */
const kindOfRead = ({ operation, key }: S3Request): string | undefined =>
  operation === "GetObject" ? /\.csv$|^commits\//.exec(key)?.[0] : undefined;

describe("A run that is cut off at a request to S3", function () {
  this.timeout(120_000);
  let pipeline: SalePipeline;
  /** The requests of the present run. */
  let requests = 0;
  const reads = new Map<string, number>();
  let broken: { readonly at: number; readonly when: "before" | "after" } | undefined;
  const struck = new Set<S3Request>();

  beforeEach(async () => {
    broken = undefined;
    pipeline = await startSales({
      before: (request) => {
        // The keys of a table lie in ever more files. While the mark of the log's end is lost, each run reads the
        // commits after the last mark.
        const kind = kindOfRead(request);
        if (kind !== undefined) {
          const count = (reads.get(kind) ?? 0) + 1;
          reads.set(kind, count);
          if (count > READS) return;
        }
        requests += 1;
        if (requests !== broken?.at) return;
        if (broken.when === "before") throw new Error("injected: lost before it took effect");
        struck.add(request);
      },
      after: (request) => {
        if (struck.delete(request)) throw new Error("injected: took effect, but the answer was lost");
      },
    });
  });
  afterEach(() => pipeline.close());

  /** New, changed, joined and deleted rows. */
  const change = (round: number): Promise<unknown> =>
    pipeline.source.query(`
      UPDATE sale SET units = ${1000 + round} WHERE id = 2;
      INSERT INTO sale SELECT ${1000 + round}, staff_id, units, due FROM sale WHERE id = 1;
      DELETE FROM sale WHERE id = ${1000 + round - 3};
      UPDATE sale SET due = ${round % 2 === 0 ? "'soon'" : "'2024-10-01'"} WHERE id = 3;
      UPDATE department SET name = 'D${round}' WHERE id = 1`);

  /** Runs a stage with a fault; returns the number of its requests. */
  const cutOff = async (stage: "ingest" | "process", fault: NonNullable<typeof broken>): Promise<number> => {
    requests = 0;
    reads.clear();
    broken = fault;
    try {
      await pipeline[stage]();
    } catch (error) {
      const transient = error instanceof MarbleError && error.kind === "transient";
      const line = error instanceof Error && /socket hang up|ECONNRESET|aborted/.test(error.message);
      if (!transient && !line) throw error;
    } finally {
      broken = undefined;
    }
    return requests;
  };

  const expectNoGapAndNoDouble = async (rounds: number): Promise<void> => {
    // Every other round breaks this row, so correct it before the end.
    await pipeline.source.query("UPDATE sale SET due = '2024-11-11' WHERE id = 3");
    await pipeline.run();
    await pipeline.expectShown();
    const versions = await pipeline.warehouse.query<{ units: number }>(
      "SELECT units FROM fact_sale WHERE sale_id = 2 ORDER BY sale_record_id",
    );
    expect(versions.map(({ units }) => units)).to.deep.equal([
      200,
      ...Array.from({ length: rounds }, (_, index) => 1001 + index),
    ]);
    const [twice] = await pipeline.warehouse.query<{ keys: number }>(
      "SELECT count(*)::int AS keys FROM (SELECT FROM fact_sale WHERE sale_id > 1000 GROUP BY sale_id HAVING count(*) > 1) AS q",
    );
    expect(twice).to.deep.equal({ keys: 0 });
    const ledger = await pipeline.warehouse.query<{ commit: string }>(
      "SELECT commit FROM marble_ledger ORDER BY 1",
    );
    const head = await pipeline.ingested.log.head();
    expect(ledger.map(({ commit }) => Number(commit))).to.deep.equal(
      Array.from({ length: head?.number ?? 0 }, (_, index) => index + 1),
    );
  };

  for (const stage of ["ingest", "process"] as const) {
    for (const when of ["before", "after"] as const) {
      it(`loses and duplicates nothing: ${stage}, ${when} any request takes effect`, async () => {
        let round = 0;
        let reached = 0;
        do {
          round += 1;
          await change(round);
          if (stage === "process") await pipeline.ingest();

          reached = await cutOff(stage, { at: round, when });

          await pipeline[stage]();
        } while (reached >= round);
        expect(round, "requests of a run").to.be.greaterThan(8);
        await expectNoGapAndNoDouble(round);
      });
    }
  }
});
