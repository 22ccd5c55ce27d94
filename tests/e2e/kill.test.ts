import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import type { Cloud, StageName } from "../../local/cloud";
import { startRandom } from "../../local/databases/totesys/random";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import { startTestCloud, type TestCloud } from "../support/local/test-cloud";
import type { TestDatabase } from "../support/postgres/postgres";
import { createTinySource } from "../support/oracle/tiny-totesys";

const KILLS = 12;
const SEED = 20_261_125;
const STAGES: readonly StageName[] = ["ingest", "process", "load"];

describe("The deployed archives, killed again and again while the source changes,", function () {
  this.timeout(180_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let cloud: Cloud;
  let test: TestCloud;
  before(async () => {
    test = await startTestCloud(await createTinySource());
    ({ cloud, source, warehouse } = test);
  });
  after(() => test.close());

  /** Each change updates order 2, inserts an order and deletes one. */
  const change = (round: number): Promise<unknown> =>
    source.query(`
      UPDATE sales_order SET units_sold = ${1000 + round} WHERE sales_order_id = 2;
      INSERT INTO sales_order SELECT (o).* FROM (SELECT jsonb_populate_record(s, '{"sales_order_id": ${1000 + round}}') AS o
                                                   FROM sales_order AS s WHERE sales_order_id = 1) AS made;
      DELETE FROM sales_order WHERE sales_order_id = ${1000 + round - 4};
      UPDATE payment SET paid = NOT paid WHERE payment_id = ${1 + (round % 9)}`);

  it(`end with a warehouse that matches the source, without duplicate versions (seed ${SEED})`, async () => {
    const random = startRandom(SEED);
    let [round, killed] = [0, 0];
    // The duration of a run on this machine, so that a kill hits its middle.
    const usual: Partial<Record<StageName, number>> = {};
    for (const stage of STAGES) {
      await cloud.invoke(stage);
      await change(++round);
      usual[stage] = (await cloud.invoke(stage)).durationMs;
      await cloud.settled();
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const stage = STAGES[kill % STAGES.length]!;
      await change(++round);
      if (stage !== "ingest") await cloud.invoke("ingest");
      if (stage === "load") await cloud.settled();

      const running = cloud.invoke(stage);
      await delay(random.integer(0, Math.ceil(usual[stage] ?? 0) + 20));
      await change(++round);
      cloud.function(stage).kill();
      const { ok, error } = await running;
      if (!ok) {
        expect(error?.message, stage).to.include("signal: killed");
        killed += 1;
      }
    }
    expect(killed, "some runs were still in progress").to.be.greaterThan(KILLS / 4);
    await cloud.settled();
    for (const stage of [...STAGES, ...STAGES]) {
      const { ok, error } = await cloud.invoke(stage);
      expect(ok, `${stage}: ${error?.message ?? ""}`).to.equal(true);
      await cloud.settled();
    }

    expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
    const versions = await warehouse.query<{ units: number }>(
      "SELECT units_sold AS units FROM fact_sales_order WHERE sales_order_id = 2 ORDER BY sales_record_id",
    );
    const units = versions.map(({ units: sold }) => sold);
    expect(units, "each version once, in their order").to.deep.equal(
      [...new Set(units)].sort((a, b) => a - b),
    );
    expect(units.at(-1)).to.equal(1000 + round);
    const [doubled] = await warehouse.query<{ keys: number }>(
      "SELECT count(*)::int AS keys FROM (SELECT FROM fact_sales_order WHERE sales_order_id > 1000 GROUP BY sales_order_id HAVING count(*) > 1) AS q",
    );
    expect(doubled).to.deep.equal({ keys: 0 });
    const [ledger] = await warehouse.query<{ gaps: number }>(
      "SELECT (max(commit) - count(*))::int AS gaps FROM marble_ledger",
    );
    expect(ledger).to.deep.equal({ gaps: 0 });
  });
});
