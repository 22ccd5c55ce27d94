import { expect } from "chai";
import { TerminalError } from "../../../domain/errors";
import { columnsOf, references } from "../../../domain/model/columns";
import { computed } from "../../../domain/model/computed";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, required, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import {
  arrayOf,
  date,
  decimal,
  integer,
  interval,
  json,
  jsonb,
  text,
  timestamptz,
} from "../../../domain/model/types";
import { failureOf } from "../../support/failure";
import { rejectedRows } from "../../support/pipeline/rejected-rows";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

const VALUES = `raw json, profile jsonb, length interval, scores integer[], tags text[] NOT NULL,
    prices numeric(9,2)[], days date[], moments timestamptz[]`;

const SOURCE = `
  CREATE TABLE guide (guide_id integer PRIMARY KEY, ${VALUES});
  CREATE TABLE walk (walk_id integer PRIMARY KEY, guide_id integer NOT NULL, note text NOT NULL, ${VALUES});
  INSERT INTO guide VALUES
    (1, '{"b": 1,  "b": 2}', '{"z": 1.0, "a": "x,\\"y\\""}', '1 mon', '{1,NULL}', '{a,"b,c","say \\"x\\"",NULL,""}', '{1,2.5}', '{2024-02-29}', '{2024-02-29 12:00:00.5+02}'),
    (2, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL),
    (3, ' null ', '[]', '1 year -2 mons +3 days -04:05:06.789', '[0:1]={1,2}', '{{a,b},{c,d}}', '{}', '{0044-03-15 BC}', '{}');
  INSERT INTO walk SELECT guide_id * 10, guide_id, '{"a": 1,  "a": 2}', raw, profile, length, scores, tags, prices, days, moments FROM guide;
  INSERT INTO walk VALUES (40, 4, 'true', '1', '1', '1 day', '{1}', '{waits}')`;

const VALUE_COLUMNS = {
  raw: optional(json),
  profile: optional(jsonb),
  length: optional(interval),
  scores: optional(arrayOf(integer)),
  tags: arrayOf(text),
  prices: optional(arrayOf(decimal(9, 2))),
  days: optional(arrayOf(date)),
  moments: optional(arrayOf(timestamptz)),
};
const NAMES = Object.keys(VALUE_COLUMNS).join(", ");

const guide = sourceTable("guide", { key: "guide_id", columns: { guide_id: integer, ...VALUE_COLUMNS } });
const walk = sourceTable("walk", {
  key: "walk_id",
  columns: {
    walk_id: integer,
    guide_id: integer,
    note: required(json, { accepts: ["text"] }),
    ...VALUE_COLUMNS,
  },
});
const leader = columnsOf(guide);
const dimGuide = dimension("dim_guide", {
  description: "Guides.",
  source: guide,
  key: "guide_id",
  history: "dim_guide_history",
  members: { unknown: { guide_id: -1, tags: "{}", profile: '{"name": "nobody"}', length: "P1D" } },
  columns: {
    guide_id: leader.copy("guide_id"),
    raw: leader.copy("raw"),
    profile: leader.copy("profile"),
    length: leader.copy("length"),
    scores: leader.copy("scores"),
    tags: leader.copy("tags"),
    prices: leader.copy("prices"),
    days: leader.copy("days"),
    moments: leader.copy("moments"),
  },
});
const own = columnsOf(walk);
const factWalk = fact("fact_walk", {
  description: "Every version of every walk.",
  source: walk,
  key: "walk_id",
  surrogateKey: "walk_record_id",
  currentView: "current_walk",
  columns: {
    walk_id: own.copy("walk_id"),
    guide_id: references("dim_guide", own.copy("guide_id")),
    note: own.copy("note"),
    raw: own.copy("raw"),
    profile: own.copy("profile"),
    length: own.copy("length"),
    scores: own.copy("scores"),
    tags: own.copy("tags"),
    prices: own.copy("prices"),
    days: own.copy("days"),
    moments: own.copy("moments"),
    pair: computed(optional(jsonb), { raw: own.copy("raw") }, ({ raw }) =>
      raw === null ? null : `[${raw},  1]`,
    ),
    leads: columnsOf(walk).leftJoin("guide_id", guide).copy("length"),
  },
});
const model: Model = { version: 1, calendar: dimDate, tables: [dimGuide, factWalk] };

const PAIR = "CASE WHEN w.raw IS NOT NULL THEN ('[' || w.raw || ', 1]')::jsonb END AS pair";
/** The expected rows of the warehouse, as SQL over the source. */
const EXPECTED: Readonly<Record<string, string>> = {
  dim_guide: `SELECT guide_id, ${NAMES} FROM guide UNION ALL
    SELECT -1, NULL, '{"name": "nobody"}', '1 day', NULL, '{}', NULL, NULL, NULL`.replace(
    /NULL, '\{"name/,
    `NULL::json, '{"name`,
  ),
  current_walk: `SELECT walk_id, w.guide_id, note, ${NAMES.replaceAll(/\w+/g, "w.$&")}, ${PAIR}, g.length AS leads
    FROM walk w LEFT JOIN guide g ON g.guide_id = w.guide_id WHERE w.guide_id <> 4`,
};

const PREPARED: Readonly<Record<string, string>> = {
  "that Marble creates": "",
  "with columns that hold texts": `CREATE TABLE fact_walk (walk_record_id serial, walk_id integer, guide_id integer,
    note text, raw varchar, profile text, length varchar(90), scores text, tags text, prices text, days text, moments text,
    pair jsonb, leads text)`,
  "with columns of kindred types": `CREATE TABLE fact_walk (walk_record_id serial, walk_id integer, guide_id integer,
    note jsonb, raw jsonb, profile json, length interval(0), scores integer[], tags text[], prices numeric[], days date[],
    moments timestamptz(0)[], pair jsonb, leads interval)`,
};
/** How a prepared table stores a column; the type of the model otherwise. */
const STORED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "with columns that hold texts": {},
  "with columns of kindred types": {
    note: "jsonb",
    raw: "jsonb",
    length: "interval(0)",
    moments: "timestamptz(0)[]",
  },
};

describe("Json, intervals and arrays keep their types in a warehouse", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await startPipeline();
    await pipeline.source.query(SOURCE);
    for (const { query } of [pipeline.source, pipeline.warehouse])
      await query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
  });
  afterEach(() => pipeline.close());

  const run = async (): Promise<void> => {
    await pipeline.ingest();
    await pipeline.process({ model });
    await pipeline.load({ model, marts: [] });
  };

  async function expectSame(prepared: string): Promise<void> {
    for (const table of model.tables) {
      const name = table.kind === "fact" ? table.currentView : table.name;
      const columns = Object.keys(table.columns);
      const texts = (stored: Readonly<Record<string, string>>): string =>
        columns
          .map((column) => {
            const type = stored[column];
            return `${type === undefined ? column : `${column}::${type}`}::text AS ${column}`;
          })
          .join(", ");
      const shown = await pipeline.warehouse.query(`SELECT ${texts({})} FROM ${name} ORDER BY 1`);
      const expected = await pipeline.source.query(
        `SELECT ${texts(table.kind === "fact" ? (STORED[prepared] ?? {}) : {})} FROM (${EXPECTED[name]!}) AS q ORDER BY 1`,
      );
      expect(shown.length, name).to.be.greaterThan(0);
      expect(shown, name).to.deep.equal(expected);
    }
  }
  const count = async (table: string): Promise<number> =>
    (await pipeline.warehouse.query(`SELECT FROM ${table}`)).length;

  for (const [prepared, sql] of Object.entries(PREPARED))
    it(`${prepared}, at first and after changes to values that are equal but not the same`, async () => {
      if (sql !== "") await pipeline.warehouse.query(sql);
      await run();
      await expectSame(prepared);
      const versions = await count("fact_walk");
      expect(await count("marble_orphan")).to.equal(1);

      await pipeline.source.query(`
        UPDATE guide SET length = '30 days', profile = '{"z": 1.00, "a": "x,\\"y\\""}' WHERE guide_id = 1;
        UPDATE guide SET raw = '{"b": 1, "b": 2}', prices = '{1,2.50}' WHERE guide_id = 3;
        UPDATE walk SET length = '30 days', profile = '{"z": 1.00}' WHERE walk_id = 10`);
      await run();
      await expectSame(prepared);

      // Every row is captured again, and none of them differs.
      const before = [await count("fact_walk"), await count("dim_guide_history")];
      await pipeline.source.query(
        "ALTER TABLE guide ADD extra integer DEFAULT (random() * 9)::integer; ALTER TABLE walk ADD more integer DEFAULT (random() * 9)::integer",
      );
      await run();
      await expectSame(prepared);
      expect([await count("fact_walk"), await count("dim_guide_history")]).to.deep.equal(before);
      expect(before[0]).to.be.greaterThan(versions);
      expect(before[1]).to.equal(4 + 2);

      await pipeline.source.query("INSERT INTO guide (guide_id, tags) VALUES (4, '{here}')");
      await run();
      const [waited] = await pipeline.warehouse.query<{ length: string; tags: string }>(
        "SELECT length::text, tags::text FROM current_walk WHERE walk_id = 40",
      );
      expect(waited).to.deep.equal({ length: "P1D", tags: "{waits}" });
    });

  it("with their types, after a rebuild too", async () => {
    await run();
    await pipeline.load({ model, marts: [], replay: {} });

    await expectSame("that Marble creates");
    const types = await pipeline.warehouse.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
        WHERE attrelid = 'fact_walk'::regclass AND attnum > 4 ORDER BY attnum`,
    );
    expect(types.map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
      "raw json",
      "profile jsonb",
      "length interval",
      "scores integer[]",
      "tags character varying[]",
      "prices numeric(9,2)[]",
      "days date[]",
      "moments timestamp with time zone[]",
      "pair jsonb",
      "leads interval",
    ]);
  });

  it("and a value that the type cannot hold rejects its row with the reason", async () => {
    await pipeline.source.query(`
      UPDATE walk SET note = '{soon' WHERE walk_id = 10;
      UPDATE walk SET days = '{2024-02-29,infinity}' WHERE walk_id = 20;
      UPDATE walk SET raw = '"\\ud800"' WHERE walk_id = 30`);
    await run();

    expect((await rejectedRows(pipeline)).map(({ reason }) => reason).sort()).to.deep.equal([
      'days "{2024-02-29,infinity}" is not a valid date[]: its element "infinity" is not a valid date: it is infinite; ' +
        "set it to NULL in the source, or declare the column as text",
      'note "{soon" is not a valid json',
      'pair "[\\"\\\\ud800\\",  1]" does not fit jsonb',
    ]);
    expect(await count("current_walk")).to.equal(0);
  });

  for (const [column, type] of [
    ["scores", "varchar(3)[]"],
    ["tags", "varchar(3)[]"],
    ["length", "integer"],
    ["profile", "bytea"],
  ] as const)
    it(`and a prepared table with ${column} as ${type} is refused with the remedy`, async () => {
      await pipeline.warehouse.query(PREPARED["with columns that hold texts"]!);
      await pipeline.warehouse.query(
        `ALTER TABLE fact_walk ALTER ${column} TYPE ${type} USING NULL::${type}`,
      );
      await pipeline.ingest();
      await pipeline.process({ model });

      const error = await failureOf(pipeline.load({ model, marts: [] }));

      expect(error).to.be.instanceOf(TerminalError);
      expect(error.message).to.match(
        new RegExp(
          `^the warehouse table fact_walk holds ${column} as .*, which takes no .*: ALTER TABLE "fact_walk" ALTER COLUMN "${column}" TYPE `,
        ),
      );
    });
});
