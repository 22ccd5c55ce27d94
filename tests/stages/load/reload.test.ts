import { expect } from "chai";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { failureOf } from "../../support/failure";
import type { Pipeline } from "../../support/pipeline/pipeline";
import { versions, withHistory } from "../../support/pipeline/replay-history";

const failure = async (promise: Promise<unknown>): Promise<string> => (await failureOf(promise)).message;

describe("A reload of tables", () => {
  let pipeline: Pipeline;
  let before: Record<string, string[]>;
  beforeEach(async () => {
    pipeline = await withHistory();
    before = await versions(pipeline);
  });
  afterEach(() => pipeline.close());

  it("of one fact from a commit on leaves the earlier versions and every other table unchanged", async () => {
    const keys = (): Promise<unknown[]> =>
      pipeline.warehouse.query("SELECT sales_record_id FROM fact_sales_order ORDER BY 1");
    const [last] = await pipeline.warehouse.query<{ last: string }>(
      "SELECT last_record AS last FROM marble_batch WHERE fact = 'fact_sales_order' AND commit = 1",
    );
    const kept = (await keys()).slice(0, Number(last!.last));
    await pipeline.warehouse.query("UPDATE fact_sales_order SET units_sold = 0 WHERE sales_record_id > $1", [
      last!.last,
    ]);
    await pipeline.warehouse.query("UPDATE dim_staff SET first_name = 'damaged'");

    const { replay } = await pipeline.load({ replay: { tables: ["fact_sales_order"], from: 2 } });

    expect(replay).to.deep.equal({ operation: "reload", state: "done", commit: 3, of: 3 });
    expect(await versions(pipeline)).to.deep.equal(before);
    expect((await keys()).slice(0, kept.length)).to.deep.equal(kept);
    const damaged = await pipeline.warehouse.query("SELECT FROM dim_staff WHERE first_name = 'damaged'");
    expect(damaged.length).to.be.greaterThan(0);
  });

  it("of all tables from the first commit on repairs everything, including deletions and waiting versions", async () => {
    await pipeline.source.query(
      "SET session_replication_role = replica; INSERT INTO payment SELECT 900001, created_at, last_updated, 900001, counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date, company_ac_number, counterparty_ac_number FROM payment WHERE payment_id = 1",
    );
    await pipeline.run();
    before = await versions(pipeline);
    const orphans = (): Promise<unknown[]> =>
      pipeline.warehouse.query("SELECT fact, key, commit, healed_by FROM marble_orphan ORDER BY 2");
    const waiting = await orphans();
    expect(waiting).to.have.length(1);
    await pipeline.warehouse.query(`
      UPDATE dim_staff SET first_name = 'damaged'; DELETE FROM fact_payment WHERE payment_record_id % 2 = 0;
      DELETE FROM marble_deletion; UPDATE fact_sales_order SET units_sold = 0`);

    await pipeline.load({ replay: { from: 1 } });

    expect(await versions(pipeline)).to.deep.equal(before);
    expect(await orphans()).to.deep.equal(waiting);
    const rows = await actualRows(pipeline.warehouse);
    expect(rows["dim_staff"]).to.deep.equal((await expectedRows(pipeline.source))["dim_staff"]);
  });

  it("changes nothing when its time ends, and says what to do", async () => {
    await pipeline.warehouse.query("DELETE FROM fact_payment WHERE payment_record_id % 2 = 0");
    const damaged = await versions(pipeline);
    let commits = 0;

    const reason = await failure(
      pipeline.load({ replay: { tables: ["fact_payment"] }, hasTime: () => commits++ < 1 }),
    );

    expect(reason).to.include("the time ended at commit 2 of 3").and.include('{"replay":{}}');
    expect(await versions(pipeline)).to.deep.equal(damaged);
  });

  it("refuses unknown tables and commits by name", async () => {
    expect(await failure(pipeline.load({ replay: { tables: ["fact_x"] } }))).to.include(
      "the model has no table fact_x; it has",
    );
    expect(await failure(pipeline.load({ replay: { from: 9 } }))).to.include("cannot start at commit 9");
  });
});
