import { expect } from "chai";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { inspect } from "node:util";
import { DatabaseError, type Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { withConnection } from "../../../adapters/postgres/postgres";
import { failureOf } from "../../support/failure";
import { credentialsOf } from "../../support/pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";

/** A value of a row, which must not appear in a log. */
const SECRET = "zoe@example.com";

const TABLES = `
CREATE TYPE mood AS ENUM ('glad');
CREATE TABLE shop (shop_id integer PRIMARY KEY, email text CHECK (email NOT LIKE 'z%'), size integer NOT NULL DEFAULT 1);
CREATE TABLE visit (email text REFERENCES person);
CREATE FUNCTION check_text(given text) RETURNS integer LANGUAGE plpgsql AS $$
  BEGIN EXECUTE 'SELECT ' || quote_literal(given) || '::integer'; RETURN 1; END $$`;

const run =
  (sql: string) =>
  (client: Client): Promise<unknown> =>
    client.query(sql);

const copy =
  (text: string) =>
  (client: Client): Promise<unknown> =>
    pipeline(Readable.from([text]), client.query(copyFrom("COPY shop (email, shop_id) FROM STDIN")));

describe("An error of a database", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    await database.query(
      `CREATE TABLE person (email text PRIMARY KEY); INSERT INTO person VALUES ('${SECRET}')`,
    );
    await database.query(TABLES);
  });
  after(() => database.drop());

  const failing = async (work: (client: Client) => Promise<unknown>): Promise<DatabaseError> => {
    const error = await failureOf(withConnection("warehouse", credentialsOf(database.url), work));
    if (error instanceof DatabaseError) return error;
    throw error;
  };

  const cases: readonly (readonly [string, (client: Client) => Promise<unknown>, Partial<DatabaseError>])[] =
    [
      [
        "a check",
        run(`INSERT INTO shop VALUES (1, '${SECRET}')`),
        {
          code: "23514",
          table: "shop",
          constraint: "shop_email_check",
          message: 'new row for relation "shop" violates check constraint "shop_email_check"',
        },
      ],
      [
        "a NULL in a NOT NULL column",
        run(`INSERT INTO shop VALUES (1, '${SECRET}', NULL)`),
        { code: "23502", table: "shop", column: "size" },
      ],
      [
        "a duplicate key",
        run(`INSERT INTO person VALUES ('${SECRET}')`),
        { code: "23505", constraint: "person_pkey" },
      ],
      [
        "a foreign key",
        run(`INSERT INTO visit VALUES ('y${SECRET}')`),
        { code: "23503", constraint: "visit_email_fkey" },
      ],
      [
        "a text that is not a number",
        run(`SELECT email::integer FROM person`),
        { code: "22P02", message: "invalid input syntax for type integer: …" },
      ],
      [
        "a number that is too large",
        run(`SELECT ('9' || length(email) || '0000000000000')::integer FROM person`),
        { code: "22003", message: "value … is out of range for type integer" },
      ],
      [
        "a text that is not a date",
        run(`SELECT email::date FROM person`),
        { code: "22007", message: "invalid input syntax for type date: …" },
      ],
      [
        "a text outside of an enumeration",
        run(`SELECT email::mood FROM person`),
        { code: "22P02", message: "invalid input value for enum mood: …" },
      ],
      [
        "bytes that are not valid text",
        run(`SELECT convert_from(email::bytea || '\\xff'::bytea, 'UTF8') FROM person`),
        { code: "22021", message: 'invalid byte sequence for encoding "UTF8": …' },
      ],
      [
        "a character outside of an encoding",
        run(`SELECT convert_to(email || chr(9731), 'LATIN1') FROM person`),
        {
          code: "22P05",
          message: 'character with byte sequence … in encoding "UTF8" has no equivalent in encoding "LATIN1"',
        },
      ],
      ["a statement inside a function", run(`SELECT check_text(email) FROM person`), { code: "22P02" }],
      ["a line of a COPY", copy(`${SECRET}\t${SECRET}\n`), { code: "22P02", column: "shop_id" }],
    ];
  for (const [what, work, kept] of cases) {
    it(`names the problem and its place without a value of a row: ${what}`, async () => {
      const error = await failing(work);
      expect(error).to.include(kept);
      // Everything that a log could show of the error, including the stack.
      const all = inspect(error, { showHidden: true, depth: null });
      expect(all).not.to.match(/zoe|90000|0xff/i);
    });
  }

  it("keeps a message that contains only names", async () => {
    const { message, hint } = await failing(run(`SELECT "emial" FROM person`));
    expect(message).to.equal('column "emial" does not exist');
    expect(hint).to.equal('Perhaps you meant to reference the column "person.email".');
  });
});
