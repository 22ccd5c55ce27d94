import { expect } from "chai";
import { TransientError } from "../../../domain/errors";
import type { LoadResult } from "../../../stages/load/load";
import { failureOf } from "../../support/failure";
import { startPostgresProxy, type Statement, type Verdict } from "../../support/postgres/postgres-proxy";
import { endConnections } from "../../support/oracle/tiny-totesys";
import { startSales, type SalePipeline } from "../../support/warehouse/sale-model";

describe("An interrupted load", function () {
  this.timeout(180_000);
  let pipeline: SalePipeline;
  beforeEach(async () => {
    pipeline = await startSales();
  });
  afterEach(() => pipeline.close());

  /** Loads over a connection that the test can break. */
  const loadThrough = async (
    onStatement: (statement: Statement, number: number) => Verdict | Promise<Verdict>,
  ): Promise<LoadResult> => {
    const { warehouse } = pipeline;
    const url = new URL(warehouse.url);
    let number = 0;
    const proxy = await startPostgresProxy({
      port: Number(url.port),
      onStatement: (statement) => onStatement(statement, ++number),
    });
    try {
      url.port = String(proxy.port);
      return await pipeline.load({ database: { ...warehouse, url: url.href } });
    } finally {
      await proxy.close();
      await endConnections(warehouse);
    }
  };
  /** The statements of a load, in order. */
  const statementsOf = async (): Promise<Statement[]> => {
    const statements: Statement[] = [];
    await loadThrough((statement) => {
      statements.push(statement);
      return "pass";
    });
    return statements;
  };
  /** Breaks the connection at a statement. The error must say that the run may be repeated. */
  const breakAt = async (place: number, verdict: Verdict, what: string): Promise<void> => {
    const error = await failureOf(loadThrough((_, number) => (number === place ? verdict : "pass")));
    expect(error, `${what}: ${error.message}`).to.be.instanceOf(TransientError);
  };

  const change = async (units: number): Promise<void> => {
    await pipeline.source.query(`
      UPDATE sale SET units = ${units} WHERE id = 2;
      INSERT INTO sale SELECT ${units}, staff_id, units, due FROM sale WHERE id = 1;
      DELETE FROM sale WHERE id = ${units - 1} AND id > 100;
      UPDATE department SET name = 'D${units}' WHERE id = 1`);
    await pipeline.ingest();
    await pipeline.process();
  };
  const commits = async (): Promise<number> => {
    const { warehouse } = pipeline;
    const [found] = await warehouse.query<{ ledger: string | null }>(
      "SELECT to_regclass('marble_ledger') AS ledger",
    );
    if (found?.ledger == null) return 0;
    return (await warehouse.query("SELECT FROM marble_ledger")).length;
  };
  const expectLoadedOnce = async (): Promise<void> => {
    await pipeline.expectShown();
    const head = await pipeline.processed.log.head();
    expect(await commits(), "a ledger row for each commit").to.equal(head?.number);
    const [versions] = await pipeline.warehouse.query<{ sale: number; broken: number }>(`
      SELECT (SELECT count(*)::int FROM fact_sale WHERE sale_id = 2) AS sale,
             (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND NOT convalidated) AS broken`);
    expect(versions).to.deep.equal({ sale: head?.number, broken: 0 });
  };
  const emptyWarehouse = (): Promise<unknown> =>
    pipeline.warehouse.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");

  it("leaves nothing of a first load wherever the connection breaks; after COMMIT it leaves everything", async () => {
    const all = await statementsOf();
    // Breaks the statements up to the end of the transaction that finds nothing to load. The marts after it never fail
    // a load.
    const commit = all.findIndex(({ sql }) => sql === "COMMIT");
    const statements = all.slice(
      0,
      all.findIndex(({ sql }, index) => index > commit && sql === "COMMIT") + 1,
    );
    expect(statements.length).to.be.greaterThan(50);

    for (const [index, { kind, sql }] of statements.entries()) {
      for (const verdict of sql === "COMMIT"
        ? (["cutBefore", "cutAfter"] as const)
        : (["cutBefore"] as const)) {
        const what = `${verdict} ${index + 1}, ${kind} ${sql.slice(0, 60)}`;
        if ((await commits()) > 0) await emptyWarehouse();

        await breakAt(index + 1, verdict, what);

        if ((await commits()) > 0) await expectLoadedOnce();
        else {
          const remains = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace";
          expect(await pipeline.warehouse.query(remains), what).to.deep.equal([]);
        }
      }
    }
    await pipeline.load();
    await expectLoadedOnce();
  });

  it("changes nothing in a later load, wherever the connection breaks before COMMIT takes effect", async () => {
    await pipeline.load();
    await change(201);
    await pipeline.load();
    await change(202);
    const before = await pipeline.shown();
    // The statements of a load of such a commit, recorded on another warehouse.
    const statements: Statement[] = [];
    const twin = await startSales();
    const own = pipeline;
    try {
      pipeline = twin;
      await twin.load();
      for (const units of [201, 202]) {
        await change(units);
        if (units === 201) await twin.load();
      }
      statements.push(...(await statementsOf()));
    } finally {
      await twin.close();
      pipeline = own;
    }
    const commit = statements.findIndex(({ sql }) => sql === "COMMIT");
    expect(
      statements.some(({ sql }) => sql.includes("marble_deletion")),
      "there are deletes in it",
    ).to.equal(true);

    for (const [index, { kind, sql }] of statements.slice(0, commit + 1).entries()) {
      for (const verdict of index === commit
        ? (["cutBefore"] as const)
        : (["cutBefore", "cutAfter"] as const)) {
        const what = `${verdict} ${index + 1}, ${kind} ${sql.slice(0, 60)}`;
        await breakAt(index + 1, verdict, what);
        expect(await commits(), what).to.equal(2);
        expect(await pipeline.shown(), what).to.deep.equal(before);
      }
    }
    await pipeline.load();
    await expectLoadedOnce();
  });

  it("is not repeated when the answer to COMMIT was lost, because the ledger decides", async () => {
    await pipeline.load();
    await change(201);

    const error = await failureOf(loadThrough(({ sql }) => (sql === "COMMIT" ? "cutAfter" : "pass")));

    expect(error).to.be.instanceOf(TransientError);
    await expectLoadedOnce();
    expect(await pipeline.load()).to.deep.include({ commits: [] });
    await expectLoadedOnce();
  });

  it("is done once by two loaders, whichever statement one of them executes when the other starts", async () => {
    await pipeline.load();
    let place = 0;
    let round = 0;
    let statements = 0;
    do {
      // All statements before the lock, and some of the many after it.
      place += place < 10 ? 1 : 5;
      await change(200 + ++round);
      let other: LoadResult | undefined;

      const report = await loadThrough(async (_, number): Promise<Verdict> => {
        statements = number;
        if (number === place) other = await pipeline.load();
        return "pass";
      });

      const loaded = [...report.commits, ...(other?.commits ?? [])];
      expect(loaded, `at statement ${place}`).to.deep.equal([round + 1]);
    } while (place < statements || place < 20);
    await expectLoadedOnce();
  });

  const obstacles: readonly (readonly [string, string, string])[] = [
    [
      "a lock that a user's query holds for too long",
      "BEGIN; LOCK TABLE fact_sale IN ACCESS EXCLUSIVE MODE",
      "ROLLBACK",
    ],
    [
      "a statement that takes longer than the role is allowed",
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END';
       CREATE TRIGGER slow AFTER INSERT ON fact_sale EXECUTE FUNCTION slow()`,
      "DROP FUNCTION slow CASCADE",
    ],
  ];
  for (const [what, begin, end] of obstacles) {
    it(`fails transiently and leaves nothing: ${what}`, async () => {
      const { warehouse } = pipeline;
      await pipeline.load();
      await change(201);
      const before = await pipeline.shown();
      const role = `ALTER ROLE CURRENT_USER IN DATABASE ${warehouse.name}`;
      await warehouse.query(`${role} SET statement_timeout = '700ms'`);
      await warehouse.query(begin);

      const error = await failureOf(pipeline.load());

      expect(error)
        .to.be.instanceOf(TransientError)
        .with.property("message")
        .that.includes("statement timeout");
      await warehouse.query(end);
      await warehouse.query(`${role} RESET statement_timeout`);
      expect(await pipeline.shown()).to.deep.equal(before);
      expect(await pipeline.load()).to.deep.include({ commits: [2] });
      await expectLoadedOnce();
    });
  }

  it("waits for a short query of a user", async () => {
    await pipeline.load();
    await change(201);
    await pipeline.warehouse.query("BEGIN; LOCK TABLE fact_sale IN ACCESS EXCLUSIVE MODE");

    let ended = false;
    const loading = pipeline.load().finally(() => (ended = true));
    const waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'fact_sale'::regclass";
    while ((await pipeline.warehouse.query(waits)).length === 0)
      expect(ended, "the load ended before it came to the lock").to.equal(false);
    await pipeline.warehouse.query("COMMIT");

    expect(await loading).to.deep.include({ commits: [2] });
    await expectLoadedOnce();
  });
});
