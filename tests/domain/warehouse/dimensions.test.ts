import { expect } from "chai";
import { columnsOf } from "../../../domain/model/columns";
import { sourceTable } from "../../../domain/model/source";
import { calendar, dimension } from "../../../domain/model/table";
import { date, integer, text } from "../../../domain/model/types";
import { dayNumber } from "../../../domain/transform/calendar";
import { createStaging, insertCalendar, upsertDimension } from "../../../domain/warehouse/dimensions";
import type { Row } from "../../support/formats/columnar";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";
import { staged, targetOf } from "../../support/warehouse/staging";

const colour = sourceTable("colour", { key: "id", columns: { id: integer, name: text, note: text } });
const own = columnsOf(colour);
const dimColour = dimension("dim_colour", {
  description: "",
  source: colour,
  key: "colour_id",
  columns: {
    colour_id: own.copy("id"),
    colour_name: own.copy("name"),
    note: { ...own.copy("note"), nullable: true },
  },
});

let database: TestDatabase;
const SCHEMA = 'Odd "schema"';

describe("The statements that load", () => {
  before(async () => {
    database = await createDatabase();
  });
  beforeEach(() => database.query('CREATE SCHEMA "Odd ""schema"""'));
  afterEach(() => database.query('DROP SCHEMA "Odd ""schema""" CASCADE; DROP TABLE IF EXISTS dim_id'));
  after(() => database.drop());

  describe("Rows of a dimension", () => {
    /** Types of the prepared key and of a prepared text that differ from the model. */
    const other = {
      colour_id: { declared: "character varying(9)", isText: true, isLoose: false },
      colour_name: { declared: "character(8)", isText: true, isLoose: false },
    };
    const ways = [
      ["with a unique key and other types", true, other],
      ["without a unique key and with other types", false, other],
      ["with a unique key and the model's types", true, {}],
      ["without a unique key and with the model's types", false, {}],
    ] as const;
    for (const [what, unique, types] of ways) {
      const isOther = types === other;
      describe(`in a table ${what}`, () => {
        const target = targetOf(dimColour, {
          name: "Dim_Colours",
          renamed: { colour_id: "Colour_Id", colour_name: "colourName" },
          unique,
          types,
        });
        const upsert = (rows: readonly Row[]): Promise<number[]> =>
          staged(database, target, { rows, statements: upsertDimension(SCHEMA, target) });
        const held = async (): Promise<unknown[][]> =>
          (
            await database.query<object>(
              `SELECT "Colour_Id"::int, note, "colourName"::text AS name, more
                 FROM "Odd ""schema"""."Dim_Colours" ORDER BY 1`,
            )
          ).map(Object.values);
        beforeEach(async () => {
          await database.query(
            `CREATE TABLE "Odd ""schema"""."Dim_Colours" (
               "Colour_Id" ${isOther ? "varchar(9)" : "int"} ${unique ? "PRIMARY KEY" : ""}, note varchar,
               "colourName" ${isOther ? "char(8)" : "varchar"}, more int DEFAULT 7)`,
          );
          await upsert([
            [1, "red", null],
            [2, "green", "as grass"],
          ]);
        });

        it("are inserted with any order and names of columns", async () => {
          expect(await held()).to.deep.equal([
            [1, null, "red", 7],
            [2, "as grass", "green", 7],
          ]);
        });

        it("replace existing rows, also with NULL, and leave other rows alone", async () => {
          await upsert([
            [1, "red", "as blood"],
            [2, "green", null],
            [3, "blue", "as the sky"],
          ]);
          await upsert([[3, "navy", "as the sky"]]);

          expect(await held()).to.deep.equal([
            [1, "as blood", "red", 7],
            [2, null, "green", 7],
            [3, "as the sky", "navy", 7],
          ]);
        });

        it("change nothing when loaded again", async () => {
          const rows: readonly Row[] = [
            [1, "red", null],
            [2, "green", "as grass"],
          ];
          const before = await held();
          const counts = await upsert(rows);

          expect(await held()).to.deep.equal(before);
          expect(counts, "rows that do not differ are not written").to.deep.equal([0, 0]);
        });
      });
    }

    for (const [what, unique] of ways.slice(2)) {
      it(`of only a key are inserted once in a table ${what}`, async () => {
        const dimId = dimension("dim_id", {
          ...dimColour,
          name: "dim_id",
          columns: { colour_id: own.copy("id") },
        } as never);
        const target = targetOf(dimId, { unique });
        await database.query(`CREATE TABLE dim_id (colour_id int ${unique ? "PRIMARY KEY" : ""})`);
        const statements = upsertDimension("public", target);

        await staged(database, target, { rows: [[1], [2]], statements });
        await staged(database, target, { rows: [[2], [3]], statements });

        const rows = await database.query<{ colour_id: number }>("SELECT * FROM dim_id ORDER BY 1");
        expect(rows.map((row) => row.colour_id)).to.deep.equal([1, 2, 3]);
      });
    }
  });

  describe("Days of the calendar", () => {
    it("that exist already stay unchanged", async () => {
      const dimDay = calendar("dim_day", {
        description: "",
        key: "day",
        columns: {
          day: { type: date, nullable: false, of: () => "" },
          name: { type: text, nullable: false, of: () => "" },
        },
      });
      await database.query("CREATE TABLE dim_days (name varchar, day date)");
      const target = targetOf(dimDay, { name: "dim_days", unique: false });
      const statements = [insertCalendar("public", target)];
      const [monday, tuesday, wednesday] = ["2024-01-01", "2024-01-02", "2024-01-03"].map(dayNumber) as [
        number,
        number,
        number,
      ];

      await staged(database, target, { rows: [[tuesday, "by hand"]], statements });
      const counts = await staged(database, target, {
        rows: [
          [monday, "Monday"],
          [tuesday, "Tuesday"],
          [wednesday, "Wednesday"],
        ],
        statements,
      });

      const rows = await database.query<{ day: string; name: string }>(
        "SELECT day::text, name FROM dim_days ORDER BY 1",
      );
      expect(rows.map(({ day, name }) => `${day} ${name}`)).to.deep.equal([
        "2024-01-01 Monday",
        "2024-01-02 by hand",
        "2024-01-03 Wednesday",
      ]);
      expect(counts).to.deep.equal([2]);
    });
  });

  describe("The staging table", () => {
    it("disappears with its transaction", async () => {
      await database.query(`BEGIN; ${createStaging(targetOf(dimColour))}; COMMIT`);

      const left = await database.query("SELECT FROM pg_class WHERE relname LIKE 'marble_stage%'");
      expect(left).to.have.length(0);
    });
  });
});
