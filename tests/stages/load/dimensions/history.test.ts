import { expect } from "chai";
import { TerminalError } from "../../../../domain/errors";
import { modelShape } from "../../../../domain/model/model";
import type { LoadResult } from "../../../../stages/load/load";
import { failureOf } from "../../../support/failure";
import { startPipeline, type LoadOptions, type Pipeline } from "../../../support/pipeline/pipeline";
import { createDatabase } from "../../../support/postgres/postgres";
import { PEOPLE_TABLES, peopleModel } from "../../../support/warehouse/history-model";

describe("A dimension with a history keeps each version of a row with its period", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  let model = peopleModel();
  beforeEach(async () => {
    model = peopleModel();
    const source = await createDatabase();
    await source.query(PEOPLE_TABLES);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  const load = (options: LoadOptions = {}): Promise<LoadResult> =>
    pipeline.load({ model, marts: [], ...options });
  const run = async (sql: string): Promise<LoadResult> => {
    await pipeline.source.query(sql);
    await pipeline.ingest();
    await pipeline.process({ model });
    return load();
  };
  const lines = async (query: string): Promise<string[]> =>
    (await pipeline.warehouse.query<{ line: string }>(query)).map(({ line }) => line);
  /** Each version, with the commits that began and ended it. */
  const versions = (table = "person_history", key = "person_id"): Promise<string[]> =>
    lines(
      `SELECT concat_ws(' ', (to_jsonb(h) - 'valid_from' - 'valid_to' - 'commit')::text, 'from',
              CASE valid_from WHEN '-infinity' THEN 'ever' ELSE
                (SELECT string_agg(l.commit::text, '?') FROM marble_ledger l WHERE l.captured_at = valid_from) END, 'to',
              CASE valid_to WHEN 'infinity' THEN 'ever' ELSE
                (SELECT string_agg(l.commit::text, '?') FROM marble_ledger l WHERE l.captured_at = valid_to) END,
              'by', commit) AS line
         FROM ${table} h ORDER BY ${key}::int, commit`,
    );
  const person = (id: number, name: string, town: string | null, boss: number | null, time: string): string =>
    `{"name": ${JSON.stringify(name)}, "town": ${JSON.stringify(town)}, "boss_id": ${boss}, "person_id": ${id}} ${time}`;
  const UNKNOWN = person(-1, "not known", null, null, "from ever to ever by 1");

  it("from the first load on, also when only a joined row changes, and not for an unchanged row", async () => {
    await run(
      "INSERT INTO town VALUES (1, 'York'); INSERT INTO person VALUES (1, 'Ann', 1), (2, 'Bob', NULL)",
    );
    await run("UPDATE person SET name = 'Anne' WHERE id = 1; INSERT INTO person VALUES (3, 'Cy', 1)");
    await run("UPDATE town SET name = 'Leeds'");
    await run("ALTER TABLE person ADD extra int DEFAULT 1; ALTER TABLE town ADD extra int DEFAULT 1");
    await run("UPDATE person SET extra = 2");

    expect(await versions()).to.deep.equal([
      UNKNOWN,
      person(1, "Ann", "York", null, "from ever to 2 by 1"),
      person(1, "Anne", "York", null, "from 2 to 3 by 2"),
      person(1, "Anne", "Leeds", null, "from 3 to ever by 3"),
      person(2, "Bob", null, null, "from ever to ever by 1"),
      person(3, "Cy", "York", null, "from ever to 3 by 2"),
      person(3, "Cy", "Leeds", null, "from 3 to ever by 3"),
    ]);
    expect(await versions("town_history", "town_id")).to.deep.equal([
      '{"town_id": 1} from ever to ever by 1',
    ]);
  });

  it("so that a fact finds the version of its time", async () => {
    await run("INSERT INTO town VALUES (1, 'York'), (2, 'Leeds'); INSERT INTO person VALUES (1, 'Ann', 1)");
    await run(
      "UPDATE person SET town_id = 2; INSERT INTO bought VALUES (1, 1, '1999-01-01'), (2, 1, '2999-01-01')",
    );

    expect(
      await lines(`SELECT concat_ws(' ', b.bought_id, h.town) AS line FROM current_bought b JOIN person_history h
        ON h.person_id = b.person_id AND b.at AT TIME ZONE 'UTC' >= h.valid_from AND b.at AT TIME ZONE 'UTC' < h.valid_to ORDER BY 1`),
    ).to.deep.equal(["1 York", "2 Leeds"]);
  });

  it("and keeps the version of a deleted row open, until the row comes back with other values", async () => {
    await run("INSERT INTO person VALUES (1, 'Ann', NULL), (2, 'Bob', NULL), (3, 'Cy', NULL)");
    await run("DELETE FROM person WHERE id = 1");
    await run("INSERT INTO person VALUES (1, 'Amy', NULL)");

    expect((await versions()).slice(1, 3)).to.deep.equal([
      person(1, "Ann", null, null, "from ever to 3 by 1"),
      person(1, "Amy", null, null, "from 3 to ever by 3"),
    ]);
  });

  it("with its members, and rows that refer to a member until their parent arrives", async () => {
    await run("INSERT INTO person VALUES (1, 'Ann', NULL, 7)");
    model = peopleModel("not yet known");
    await run("INSERT INTO person VALUES (7, 'Eve', NULL, NULL)");

    expect(await versions()).to.deep.equal([
      person(-1, "not known", null, null, "from ever to 2 by 1"),
      person(-1, "not yet known", null, null, "from 2 to ever by 2"),
      person(1, "Ann", null, -1, "from ever to 2 by 1"),
      person(1, "Ann", null, 7, "from 2 to ever by 2"),
      person(7, "Eve", null, null, "from ever to ever by 2"),
    ]);
    model = peopleModel();
    await load({ replay: { tables: ["dim_person"], from: 2 } });
    expect((await versions())[0]).to.equal(UNKNOWN);
  });

  it("as a prepared warehouse stores it: differences that it does not store make no version", async () => {
    await pipeline.warehouse.query(`
      CREATE TABLE "Dim_Persons" (town char(9), name varchar(9), "personId" text, boss_id bigint, more int NOT NULL DEFAULT 7);
      CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := left(NEW.name, 3); RETURN NEW; END $$;
      CREATE TRIGGER shorten BEFORE INSERT OR UPDATE ON "Dim_Persons" FOR EACH ROW EXECUTE FUNCTION shorten()`);
    await run(
      "INSERT INTO town VALUES (1, 'York'); INSERT INTO person VALUES (1, 'Ann', 1), (2, 'Bob', NULL)",
    );
    await run(
      "UPDATE person SET name = 'Annemarie' WHERE id = 1; UPDATE person SET name = 'Ron' WHERE id = 2",
    );
    await run("ALTER TABLE person ADD extra int DEFAULT 1");

    const shown = (name: string, id: number, town: string | null, time: string): string =>
      `{"name": "${name}", "town": ${town === null ? null : `"${town.padEnd(9)}"`}, "boss_id": null, "personId": "${id}"} ${time}`;
    expect(await versions("person_history", '"personId"')).to.deep.equal([
      shown("not", -1, null, "from ever to ever by 1"),
      shown("Ann", 1, "York", "from ever to ever by 1"),
      shown("Bob", 2, null, "from ever to 2 by 1"),
      shown("Ron", 2, null, "from 2 to ever by 2"),
    ]);
  });

  it("which a reload and a rebuild make again, also after somebody changed the history", async () => {
    await run("INSERT INTO person VALUES (1, 'Ann', NULL, NULL), (2, 'Bob', NULL, NULL)");
    await run("UPDATE person SET name = 'Anne' WHERE id = 1");
    await run(
      "INSERT INTO person VALUES (7, 'Eve', NULL, NULL); UPDATE person SET name = 'Rob' WHERE id = 2",
    );
    const before = await versions();
    expect(before).to.have.length(6);

    for (const damage of [
      "",
      "DELETE FROM person_history WHERE commit > 1",
      "UPDATE person_history SET name = 'X' WHERE commit > 1",
    ])
      for (const from of [2, 3]) {
        if (from === 2) await pipeline.warehouse.query(damage);
        await load({ replay: { tables: ["dim_person"], from } });
        expect(await versions(), `${damage} from ${from}`).to.deep.equal(before);
      }
    await pipeline.warehouse.query("DELETE FROM person_history");
    await load({ replay: { tables: ["dim_person"] } });
    expect(await versions()).to.deep.equal(before);

    await pipeline.warehouse.query("UPDATE person_history SET name = 'X'");
    await load({ replay: {} });
    expect(await versions()).to.deep.equal(before);
    await run("UPDATE person SET name = 'Anna' WHERE id = 1");
    expect(await versions()).to.have.length(7);
  });

  it("in order, also when the clock goes back", async () => {
    await run("INSERT INTO person VALUES (1, 'Ann', NULL)");
    await run("UPDATE person SET name = 'Anne'");
    await pipeline.warehouse.query(`UPDATE person_history SET valid_from = '2999-01-01' WHERE commit = 2;
      UPDATE person_history SET valid_to = '2999-01-01' WHERE person_id = 1 AND commit = 1`);
    await run("UPDATE person SET name = 'Anna'");

    expect(
      await lines(
        "SELECT concat_ws(' ', name, valid_from::date, valid_to::date) AS line FROM person_history WHERE person_id = 1 ORDER BY commit",
      ),
    ).to.deep.equal(["Ann -infinity 2999-01-01", "Anne 2999-01-01 2999-01-01", "Anna 2999-01-01 infinity"]);
  });

  it("in its own table: another table of that name is refused before anything is written", async () => {
    await pipeline.warehouse.query("CREATE TABLE person_history (person_id int, name text)");
    const error = await failureOf(run("INSERT INTO person VALUES (1, 'Ann', NULL)"));
    expect(error).to.be.instanceOf(TerminalError);
    expect(error.message).to.equal(
      "the warehouse table person_history has the name of the history of dim_person, but is another table: " +
        "rename it, or give the history another name",
    );
    await pipeline.warehouse.query("DROP TABLE person_history");
    await load();
    await pipeline.warehouse.query("ALTER TABLE dim_person ALTER name TYPE varchar(20)");
    expect((await failureOf(run("INSERT INTO person VALUES (2, 'Bob', NULL)"))).message).to.equal(
      "the warehouse table person_history holds name as character varying, but dim_person, whose history it is, as " +
        'character varying(20): ALTER TABLE "person_history" ALTER COLUMN "name" TYPE character varying(20)',
    );
    await pipeline.warehouse.query("ALTER TABLE person_history ALTER name TYPE varchar(20)");
    await load();
    expect(await versions()).to.have.length(3);
    await pipeline.warehouse.query("ALTER TABLE person_history DROP town");
    expect((await failureOf(run("INSERT INTO person VALUES (3, 'Cy', NULL)"))).message).to.equal(
      "the warehouse table person_history has no column town, which dim_person has, whose history it is: drop it, and " +
        'rebuild the warehouse: run `npm run operate -- replay --yes` (in AWS, invoke load with {"replay":{}})',
    );
    await pipeline.warehouse.query("DROP TABLE person_history");
    await load({ replay: {} });
    expect(await versions()).to.have.length(4);
  });

  it("and the history is part of the model's shape, which needs a new version with it", () => {
    const { tables } = model;
    const without = tables.map((table) => ({ ...table, history: undefined as never }));
    expect(modelShape(model)).to.not.equal(modelShape({ ...model, tables: without }));
  });
});
