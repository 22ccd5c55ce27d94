import { expect } from "chai";
import { BOOKKEEPING, createBookkeeping, LEDGER, lockLoader } from "../../../domain/warehouse/bookkeeping";
import { connect } from "../../../local/databases/postgres/client";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

describe("The bookkeeping of the loader", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  it("is created in the warehouse's schema with the columns that identify it", async () => {
    await database.query('CREATE SCHEMA "a""b"');
    for (const { name, columns, ...rest } of BOOKKEEPING) {
      await database.query(createBookkeeping('a"b', { name, columns, ...rest }));

      const { fields } = await database.client.query(`SELECT * FROM "a""b"."${name}"`);
      expect(fields.map((field) => field.name)).to.deep.equal(Object.keys(columns));
    }
  });

  it("records a commit once", async () => {
    await database.query(
      createBookkeeping(
        "public",
        BOOKKEEPING.find(({ name }) => name === LEDGER)!,
      ),
    );
    const record = (): Promise<unknown[]> =>
      database.query(
        `INSERT INTO ${LEDGER} (commit, lake, model, captured_at, rows) VALUES (1, gen_random_uuid(), 1, now(), 5)`,
      );
    await record();

    const error = await record().catch((caught: unknown) => caught);

    expect(error).to.have.property("code", "23505");
  });

  it("is written by one loader at a time in a schema until its transaction ends", async () => {
    const other = await connect(database.url);
    const lock = async (client: typeof other, schema: string): Promise<unknown> =>
      (await client.query<{ locked: string }>(lockLoader(schema))).rows[0]?.locked;
    try {
      await database.query("BEGIN");
      expect(await lock(database.client, "it's")).to.equal("true");
      expect(await lock(other, "it's")).to.equal("false");
      expect(await lock(other, "another")).to.equal("true");
      await database.query("ROLLBACK");
      expect(await lock(other, "it's")).to.equal("true");
    } finally {
      await other.end();
    }
  });
});
