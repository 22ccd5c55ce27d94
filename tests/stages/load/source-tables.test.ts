import { expect } from "chai";
import { withConnection } from "../../../adapters/postgres/postgres";
import { confirmFreshness, readConfirmation } from "../../../adapters/warehouse/confirmation";
import { readTableStates } from "../../../adapters/warehouse/table-states";
import { credentialsOf } from "../../support/pipeline/pipeline";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";

/** The row of a table in the view. */
interface Shown {
  readonly warehouse_table: string;
  readonly is_current: boolean;
  readonly as_of: string | null;
  readonly behind_since: string | null;
  readonly reason: string | null;
  readonly rejected_rows: string;
  readonly waiting_rows: string;
  readonly member_rows: string;
  readonly confirmed_at: string | null;
}

describe("marble_table shows how up to date each warehouse table is", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const shown = async (table: string): Promise<Shown> => {
    const [row] = await pipeline.warehouse.query<Shown>(
      "SELECT * FROM marble_table WHERE warehouse_table = $1",
      [table],
    );
    expect(row, table).to.not.equal(undefined);
    return row!;
  };

  const readStates = async () => {
    const states = await withConnection("warehouse", credentialsOf(pipeline.warehouse.url), (client) =>
      readTableStates(client, "public"),
    );
    return states!;
  };

  it("with the time of the capture after a load", async () => {
    const [ledger] = await pipeline.warehouse.query<{ captured_at: string }>(
      "SELECT captured_at FROM marble_ledger",
    );
    const table = await shown("dim_bike");
    expect(table).to.include({ is_current: true, behind_since: null, reason: null });
    expect(table.as_of).to.equal(ledger!.captured_at);
  });

  it("with the quarantine of one source table, since when and why", async () => {
    const before = await shown("fact_hire");
    await pipeline.source.query("ALTER TABLE hire RENAME COLUMN paid TO settled");
    await pipeline.source.query("UPDATE bike SET frame = 'Renamed' WHERE bike_id = 1");
    await pipeline.run();
    const first = await shown("fact_hire");
    expect(first.is_current).to.equal(false);
    expect(first.reason).to.match(/^hire is quarantined: .*paid/);
    expect(first.as_of).to.equal(before.as_of);
    expect((await shown("dim_bike")).is_current).to.equal(true);

    await pipeline.source.query("UPDATE bike SET frame = 'Again' WHERE bike_id = 1");
    await pipeline.run();
    const later = await shown("fact_hire");
    expect(later.behind_since).to.equal(first.behind_since);
  });

  it("with an absent table, which is not quarantined, and without views", async () => {
    await pipeline.source.query("CREATE VIEW paid AS SELECT * FROM bike; ALTER TABLE hire RENAME TO away");
    await pipeline.run();
    expect((await shown("fact_hire")).reason).to.match(/^hire is absent: .*gone/);
    const states = await pipeline.warehouse.query<{ name: string; state: string }>(
      "SELECT source_table AS name, state FROM marble_source WHERE source_table IN ('hire', 'paid')",
    );
    expect(states).to.deep.equal([{ name: "hire", state: "absent" }]);
  });

  it("with the joined table that delays a dimension", async () => {
    await pipeline.source.query("ALTER TABLE depot RENAME COLUMN town TO place");
    await pipeline.source.query("UPDATE depot SET manager = 'New'");
    await pipeline.run();
    expect((await shown("dim_bike")).reason).to.match(/^depot is quarantined/);
  });

  it("with a table that the delete guard stops, until it is released", async () => {
    await pipeline.source.query("DELETE FROM hire");
    await pipeline.run();
    expect((await shown("fact_hire")).reason).to.match(/^hire is held/);
    await pipeline.ingest({ allowDeletes: ["hire"] });
    await pipeline.process();
    await pipeline.load();
    expect(await shown("fact_hire")).to.include({ is_current: true, reason: null });
  });

  it("with the number of rejected and waiting rows", async () => {
    await pipeline.source.query("UPDATE hire SET due = 'never' WHERE hire_id = 1");
    await pipeline.run();
    expect((await shown("fact_hire")).rejected_rows).to.equal("1");
  });

  it("also in a warehouse of an earlier version without this view", async () => {
    await pipeline.warehouse.query("DROP VIEW marble_table");
    await pipeline.warehouse.query("DROP TABLE marble_source, marble_lineage");
    await pipeline.source.query("UPDATE bike SET frame = 'Renamed' WHERE bike_id = 1");
    await pipeline.run();
    expect((await shown("dim_bike")).is_current).to.equal(true);
  });

  it("also in a warehouse of an earlier version with an older view, and views on it stay", async () => {
    await pipeline.warehouse.query(`
      DROP VIEW marble_table; DROP TABLE marble_placeholder;
      CREATE VIEW marble_table AS
      SELECT l.warehouse_table, bool_and(COALESCE(s.state = 'current', false)) AS is_current, min(s.as_of) AS as_of,
             min(s.since) AS behind_since, min(s.reason) AS reason, sum(s.rejected_rows)::bigint AS rejected_rows,
             (SELECT count(*) FROM marble_orphan) AS waiting_rows,
             (SELECT max(b.loaded_at) FROM marble_ledger b) AS loaded_at
        FROM marble_lineage l LEFT JOIN marble_source s USING (source_table) GROUP BY l.warehouse_table;
      CREATE VIEW late AS SELECT * FROM marble_table WHERE NOT is_current`);
    await pipeline.source.query("UPDATE bike SET frame = 'Renamed' WHERE bike_id = 1");
    await pipeline.run();
    expect(await shown("dim_bike")).to.include({ is_current: true, waiting_rows: "0", member_rows: "0" });
    expect(await pipeline.warehouse.query("SELECT FROM late")).to.have.length(0);
  });

  describe("and calls no table current that no run has found to match the source for too long", () => {
    const confirm = (minutesAgo: number) =>
      withConnection("warehouse", credentialsOf(pipeline.warehouse.url), (client) =>
        confirmFreshness(client, "public", {
          confirmedAt: new Date(Date.now() - minutesAgo * 60_000),
          maxAgeMinutes: 30,
        }),
      );
    const notCurrent = async (): Promise<number> =>
      Number(
        (
          await pipeline.warehouse.query<{ n: string }>(
            "SELECT count(*) AS n FROM marble_table WHERE NOT is_current",
          )
        )[0]!.n,
      );

    it("since when, and why, for every table", async () => {
      await confirm(40);
      const bike = await shown("dim_bike");
      expect(bike).to.include({ is_current: false, behind_since: bike.confirmed_at });
      expect(bike.reason).to.equal(
        "since then, no run has found that the warehouse matches the source: a stage fails or is not started",
      );
      expect(await notCurrent()).to.equal(
        Number(
          (await pipeline.warehouse.query<{ n: string }>("SELECT count(*) AS n FROM marble_table"))[0]!.n,
        ),
      );
      expect((await readStates()).behind["dim_bike"]?.reason).to.equal(bike.reason);
    });

    it("until a run finds it again", async () => {
      await confirm(40);
      await confirm(20);
      expect(await shown("dim_bike")).to.include({ is_current: true, behind_since: null, reason: null });
      expect(await notCurrent()).to.equal(0);
      expect(
        await pipeline.warehouse.query("SELECT count(*)::integer AS n FROM marble_freshness"),
      ).to.deep.equal([{ n: 1 }]);
    });

    it("with the own reason of a table first", async () => {
      await pipeline.source.query("ALTER TABLE hire RENAME TO away");
      await pipeline.run();
      const { behind_since } = await shown("fact_hire");
      await confirm(40);
      const hire = await shown("fact_hire");
      expect(hire.reason).to.match(/^hire is absent: .*; since then, no run has found/);
      expect(hire.behind_since).to.equal(behind_since);
    });

    it("also in a warehouse of an earlier version, before its next commit", async () => {
      await pipeline.warehouse.query(`
        DROP VIEW marble_table; DROP TABLE marble_freshness;
        CREATE VIEW marble_table AS
        SELECT warehouse_table, true AS is_current, now() AS as_of, now() AS behind_since, ''::text AS reason,
               0::bigint AS rejected_rows, 0::bigint AS waiting_rows, now() AS loaded_at, 0::bigint AS member_rows
          FROM marble_lineage`);
      await confirm(40);
      expect((await shown("dim_bike")).is_current).to.equal(false);
      await confirm(20);
      expect((await shown("dim_bike")).is_current).to.equal(true);
    });

    it("from the load of a commit on, and if nothing is known", async () => {
      await confirm(40);
      await pipeline.source.query("UPDATE bike SET frame = 'New' WHERE bike_id = 1");
      await pipeline.run();
      const bike = await shown("dim_bike");
      expect(bike).to.include({ is_current: true, confirmed_at: bike.as_of });
      await pipeline.warehouse.query("DELETE FROM marble_freshness");
      expect(await shown("dim_bike")).to.include({
        is_current: false,
        behind_since: null,
        reason: "no run has found that the warehouse matches the source: a stage fails or is not started",
      });
    });

    it("and keeps the time of the old tables when a rebuild replaces them", async () => {
      await confirm(-5);
      const before = await shown("dim_bike");
      await pipeline.load({ replay: {} });
      expect(await shown("dim_bike")).to.include({ is_current: true, confirmed_at: before.confirmed_at });
    });

    it("and dates a report from the last time that a run found it, and not from the last change", async () => {
      await pipeline.warehouse.query("UPDATE marble_source SET as_of = as_of - interval '3 days'");
      await confirm(40);
      const { behind } = await readStates();
      expect(behind["dim_bike"]?.asOf).to.be.a("string").and.equal(behind["dim_bike"]?.since);

      const own = "2020-01-01T00:00:00.000Z";
      await pipeline.warehouse.query(
        `UPDATE marble_source SET state = 'held', as_of = '${own}' WHERE source_table = 'bike'`,
      );
      expect((await readStates()).behind["dim_bike"]?.asOf).to.equal(own);
    });

    it("and says when a run found it again, but not while runs keep finding it, or only old times", async () => {
      const read = () =>
        withConnection("warehouse", credentialsOf(pipeline.warehouse.url), (client) =>
          readConfirmation(client, "public"),
        );
      await confirm(20);
      const first = (await read())!;
      await confirm(10);
      expect(await read()).to.deep.equal(first);
      await confirm(40);
      await confirm(35);
      expect(await read()).to.deep.equal({ isConfirmed: false, recoveredAt: first.recoveredAt });
      await confirm(5);
      const again = (await read())!;
      expect(again.isConfirmed).to.equal(true);
      expect(again.recoveredAt).to.be.greaterThan(first.recoveredAt);
    });
  });
});
