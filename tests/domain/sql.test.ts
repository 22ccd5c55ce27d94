import { expect } from "chai";
import fc from "fast-check";
import { derivedName, identifier, literal, nameBytes, qualified } from "../../domain/sql";
import { anyText } from "../support/formats/arbitraries";
import { createDatabase, type TestDatabase } from "../support/postgres/postgres";

describe("PostgreSQL reads quoted text unchanged", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  const injection = `'; DROP TABLE x; --"\\'`;

  for (const setting of ["on", "off"]) {
    it(`as a literal of any content with standard_conforming_strings ${setting}`, async () => {
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

  it("as an identifier of any content", async () => {
    // PostgreSQL cuts names off after 63 bytes and refuses empty names.
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

describe("A name derived from another name", () => {
  it("is complete when PostgreSQL keeps all of it", () => {
    expect(derivedName("a_", "x".repeat(58), "_z")).to.equal(`a_${"x".repeat(58)}_z`);
  });

  it("is shortened in the middle when too long, and keeps its ending", () => {
    const name = derivedName("a_", "é".repeat(31), "_replay");
    expect(nameBytes(name)).to.be.within(60, 63);
    expect(name).to.match(/^a_é+_[0-9a-f]{8}_replay$/);
  });

  it("is different for each name, also for names with the same beginning", () => {
    const long = "x".repeat(60);
    const derived = ["a", "b", "c"].map((end) => derivedName("", `${long}${end}`, "_replay"));
    expect(new Set(derived)).to.have.property("size", 3);
  });
});
