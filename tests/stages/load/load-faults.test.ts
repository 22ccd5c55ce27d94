import { expect } from "chai";
import { TransientError } from "../../../domain/errors";
import type { LoadResult } from "../../../stages/load/load";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { failureOf } from "../../support/failure";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";
import { startPostgresProxy, type Statement, type Verdict } from "../../support/postgres/postgres-proxy";
import { endConnections } from "../../support/oracle/tiny-totesys";

describe("a load that does not come to its end", function () {
  this.timeout(180_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startAfterFirstRun({ source: "tiny", until: "process" });
  });
  afterEach(() => pipeline.close());

  /** Loads over a line that the test can break. */
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
  /** Breaks the line at a statement; the error must say that the run may simply be repeated. */
  const breakAt = async (place: number, verdict: Verdict, what: string): Promise<void> => {
    const error = await failureOf(loadThrough((_, number) => (number === place ? verdict : "pass")));
    expect(error, `${what}: ${error.message}`).to.be.instanceOf(TransientError);
  };

  const change = async (units: number): Promise<void> => {
    await pipeline.source.query(`
      UPDATE sales_order SET units_sold = ${units} WHERE sales_order_id = 2;
      INSERT INTO sales_order SELECT (o).* FROM (SELECT jsonb_populate_record(s, '{"sales_order_id": ${units}}') AS o
                                                   FROM sales_order AS s WHERE sales_order_id = 1) AS made;
      DELETE FROM sales_order WHERE sales_order_id = ${units - 1} AND sales_order_id > 100;
      UPDATE payment SET paid = NOT paid WHERE payment_id = 3;
      UPDATE department SET department_name = 'D${units}' WHERE department_id = 1`);
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
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
    const head = await pipeline.processed.log.head();
    expect(await commits(), "a ledger row for each commit").to.equal(head?.number);
    const [versions] = await pipeline.warehouse.query<{ order: number; payment: number; broken: number }>(`
      SELECT (SELECT count(*)::int FROM fact_sales_order WHERE sales_order_id = 2) AS order,
             (SELECT count(*)::int FROM fact_payment WHERE payment_id = 3) AS payment,
             (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND NOT convalidated) AS broken`);
    expect(versions).to.deep.equal({ order: head?.number, payment: head?.number, broken: 0 });
  };
  const emptyWarehouse = (): Promise<unknown> =>
    pipeline.warehouse.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");

  it("leaves nothing of a first load, wherever the line breaks; behind COMMIT it leaves all", async () => {
    const all = await statementsOf();
    // Up to the end of the transaction that finds nothing more to load; the marts that come then never fail a load.
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

  it("changes nothing with a later load, wherever the line breaks before COMMIT has taken effect", async () => {
    await pipeline.load();
    await change(201);
    await pipeline.load();
    await change(202);
    const before = await actualRows(pipeline.warehouse);
    // What a load of such a commit does, on another warehouse.
    const statements: Statement[] = [];
    const twin = await startAfterFirstRun({ source: "tiny" });
    const own = pipeline;
    try {
      pipeline = twin;
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
        expect(await actualRows(pipeline.warehouse), what).to.deep.equal(before);
      }
    }
    await pipeline.load();
    await expectLoadedOnce();
  });

  it("is not repeated when the answer to COMMIT was lost: the ledger decides", async () => {
    await pipeline.load();
    await change(201);

    const error = await failureOf(loadThrough(({ sql }) => (sql === "COMMIT" ? "cutAfter" : "pass")));

    expect(error).to.be.instanceOf(TransientError);
    await expectLoadedOnce();
    expect(await pipeline.load()).to.deep.include({ commits: [] });
    await expectLoadedOnce();
  });

  it("is done once by two loaders, whichever statement one of them is at when the other comes", async () => {
    await pipeline.load();
    let place = 0;
    let round = 0;
    let statements = 0;
    do {
      // All that come before there is a lock, and some of the many behind it.
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
      "BEGIN; LOCK TABLE fact_payment IN ACCESS EXCLUSIVE MODE",
      "ROLLBACK",
    ],
    [
      "a statement that takes longer than the role is allowed",
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END';
       CREATE TRIGGER slow AFTER INSERT ON fact_payment EXECUTE FUNCTION slow()`,
      "DROP FUNCTION slow CASCADE",
    ],
  ];
  for (const [what, begin, end] of obstacles) {
    it(`fails for now, and leaves nothing: ${what}`, async () => {
      const { warehouse } = pipeline;
      await pipeline.load();
      await change(201);
      const before = await actualRows(warehouse);
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
      expect(await actualRows(warehouse)).to.deep.equal(before);
      expect(await pipeline.load()).to.deep.include({ commits: [2] });
      await expectLoadedOnce();
    });
  }

  it("waits for a user's query that is soon done", async () => {
    await pipeline.load();
    await change(201);
    await pipeline.warehouse.query("BEGIN; LOCK TABLE fact_payment IN ACCESS EXCLUSIVE MODE");

    let ended = false;
    const loading = pipeline.load().finally(() => (ended = true));
    const waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'fact_payment'::regclass";
    while ((await pipeline.warehouse.query(waits)).length === 0)
      expect(ended, "the load ended before it came to the lock").to.equal(false);
    await pipeline.warehouse.query("COMMIT");

    expect(await loading).to.deep.include({ commits: [2] });
    await expectLoadedOnce();
  });
});
