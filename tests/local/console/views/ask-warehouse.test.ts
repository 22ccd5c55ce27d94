import { expect } from "chai";
import { LEDGER, LINEAGE, ORPHANS, TABLES } from "../../../../domain/warehouse/bookkeeping";
import type { Warehouse } from "../../../../local/console/views/ask-warehouse";
import { readLedger, readWaiting } from "../../../../local/console/views/ledger";
import { readWarehouseState } from "../../../../local/console/views/tables/warehouse-tables";
import { failureOf } from "../../../support/failure";
import { credentialsOf } from "../../../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../../../support/postgres/postgres";
import { startPostgresProxy } from "../../../support/postgres/postgres-proxy";

const RELATIONS = [LEDGER, ORPHANS, TABLES, LINEAGE];

describe("The console asks the warehouse within a limit", () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  before(async () => {
    database = await createDatabase();
    warehouse = { credentials: credentialsOf(database.url), schema: "public", limitMs: 200 };
    for (const name of RELATIONS) await database.query(`CREATE TABLE ${name} (commit bigint)`);
    // A session that holds its locks until the end of the test.
    await database.query(`BEGIN; LOCK TABLE ${RELATIONS.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  });
  after(async () => {
    await database.query("ROLLBACK");
    await database.drop();
  });

  const readings: readonly (readonly [string, (of: Warehouse) => Promise<unknown>])[] = [
    ["the ledger", (of) => readLedger(of, { first: 1, last: 2 })],
    ["the waiting rows", (of) => readWaiting(of, 10)],
    ["the tables", (of) => readWarehouseState(of)],
  ];
  for (const [what, read] of readings)
    it(`when another session has a lock on what it reads: ${what}`, async () => {
      expect((await failureOf(read(warehouse))).message).to.equal(
        "the warehouse has not answered a query within 0.2 s, perhaps because another session holds a lock: canceling statement due to statement timeout",
      );
    });

  it("when the server accepts the connection, and answers nothing after that", async () => {
    const { credentials } = warehouse;
    const proxy = await startPostgresProxy({
      port: credentials.port,
      onStatement: ({ kind }) => (kind === "connect" ? "pass" : new Promise(() => undefined)),
    });
    const hung = { ...warehouse, credentials: { ...credentials, port: proxy.port } };
    const error = await failureOf(readWaiting(hung, 10));
    expect(error.message).to.match(
      /^the warehouse has not answered a query within 0\.2 s, .*: Query read timeout$/,
    );
    await proxy.close();
  });
});
