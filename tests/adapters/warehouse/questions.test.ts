import { expect } from "chai";
import { queryRows, withConnection } from "../../../adapters/postgres/postgres";
import { ask, withWarehouseSnapshot } from "../../../adapters/warehouse/questions";
import { TerminalError, TransientError } from "../../../domain/errors";
import type { Question } from "../../../domain/report/question";
import { failureOf } from "../../support/failure";
import { credentialsOf } from "../../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

const question: Question = {
  mart: "takings_by_day",
  title: "How much did we take each day?",
  sql: (mart) => `SELECT day, takings FROM ${mart}`,
  view: () => ({ answer: "Nothing.", table: { columns: [], rows: [] } }),
};

describe("A question to the warehouse", () => {
  let warehouse: TestDatabase;
  beforeEach(async () => (warehouse = await createDatabase()));
  afterEach(() => warehouse.drop());

  const settings = (names: readonly string[]): Promise<unknown> =>
    withConnection("warehouse", credentialsOf(warehouse.url), (client) =>
      withWarehouseSnapshot(client, () =>
        queryRows(
          client,
          `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`,
        ),
      ),
    );
  const asked = (select: string): Promise<Error> => {
    const view = `CREATE SCHEMA marts; CREATE VIEW marts.${question.mart} AS ${select}`;
    return failureOf(
      withConnection("warehouse", credentialsOf(warehouse.url), async (client) => {
        await warehouse.query(view);
        return withWarehouseSnapshot(client, () => ask(client, question, "marts"));
      }),
    );
  };

  it("returns the same texts under any default settings of the database", async () => {
    await warehouse.query(`ALTER DATABASE ${warehouse.name} SET datestyle = 'German';
                           ALTER DATABASE ${warehouse.name} SET timezone = 'Pacific/Kiritimati';
                           ALTER DATABASE ${warehouse.name} SET extra_float_digits = -15`);
    expect(await settings(["datestyle", "timezone", "extra_float_digits"])).to.deep.equal([
      { datestyle: "ISO, YMD", timezone: "UTC", extra_float_digits: "1" },
    ]);
  });

  it("times out after five minutes, or earlier under a shorter timeout of the role", async () => {
    expect(await settings(["statement_timeout"])).to.deep.equal([{ statement_timeout: "5min" }]);
    await warehouse.query(`ALTER DATABASE ${warehouse.name} SET statement_timeout = '500ms'`);
    expect(await settings(["statement_timeout"])).to.deep.equal([{ statement_timeout: "500ms" }]);

    const error = await asked("SELECT date '2026-01-01' AS day, (SELECT 1 FROM pg_sleep(60)) AS takings");
    expect(error).to.be.instanceOf(TransientError);
    expect(error.message).to.include(
      `a question on ${question.mart}: canceling statement due to statement timeout`,
    );
  });

  it("fails with a terminal error when the view cannot answer it", async () => {
    const error = await asked("SELECT date '2026-01-01' AS day, 1 / (random() * 0)::integer AS takings");
    expect(error).to.be.instanceOf(TerminalError);
    expect(error.message).to.include("division by zero");
  });
});
