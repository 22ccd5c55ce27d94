import { expect } from "chai";
import fc from "fast-check";
import { identifier, literal, qualified } from "../../domain/sql";
import { anyText } from "../support/formats/arbitraries";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";

describe("Text in SQL means itself to PostgreSQL", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  const injection = `'; DROP TABLE x; --"\\'`;

  for (const setting of ["on", "off"]) {
    it(`as a literal, whatever it holds, with standard_conforming_strings ${setting}`, async () => {
      await database.query(`SET standard_conforming_strings = ${setting}`);
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 50 }), async (given) => {
          const texts = [injection, ...given];

          const [row] = await database.query<{ texts: string[] }>(
            `SELECT ARRAY[${texts.map(literal).join(", ")}] AS texts`,
          );

          expect(row!.texts).to.deep.equal(texts);
        }),
        { numRuns: 20 },
      );
    });
  }

  it("as an identifier, whatever it holds", async () => {
    // PostgreSQL cuts names off behind 63 bytes, and has no empty ones.
    const names = fc.uniqueArray(
      anyText.map((text) => Array.from(text).slice(0, 15).join("")).filter((text) => text !== ""),
      { minLength: 1, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(names, async (given) => {
        const selected = [...new Set([injection, ...given])];
        const sql = `SELECT ${selected.map((name, index) => `${index} AS ${identifier(name)}`).join(", ")}`;

        const { fields } = await database.client.query(sql);

        expect(fields.map(({ name }) => name)).to.deep.equal(selected);
      }),
      { numRuns: 20 },
    );
  });

  it("as a name within a schema", async () => {
    await database.query(`CREATE SCHEMA ${identifier('a."b')}`);
    await database.query(`CREATE TABLE ${qualified('a."b', 'c"."d')} AS SELECT 7 AS seven`);

    const [row] = await database.query(`SELECT * FROM ${qualified('a."b', 'c"."d')}`);

    expect(row).to.deep.equal({ seven: 7 });
  });
});
