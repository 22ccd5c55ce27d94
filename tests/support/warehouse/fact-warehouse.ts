import { dayNumber } from "../../../domain/transform/calendar";
import { columnsOf, references } from "../../../domain/model/columns";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact, type Dimension, type Fact } from "../../../domain/model/table";
import { boolean, date, decimal, integer, text, timestamp } from "../../../domain/model/types";
import { BOOKKEEPING, createBookkeeping } from "../../../domain/warehouse/bookkeeping";
import {
  appendVersions,
  createCurrentView,
  recordDeletions,
  stageTombstones,
  type FactTarget,
} from "../../../domain/warehouse/facts";
import {
  healOrphans,
  setOrphansAside,
  supersedeByHealed,
  supersedeOrphans,
} from "../../../domain/warehouse/orphans";
import type { Row } from "../formats/columnar";
import { createDatabase, type TestDatabase } from "../postgres/postgres";
import { staged, targetOf } from "./staging";

const SCHEMA = 'Odd "schema"';

const colour = sourceTable("colour", { key: "id", columns: { id: integer } });
const thing = sourceTable("thing", {
  key: "id",
  columns: {
    id: integer,
    colour: integer,
    shape: optional(integer),
    name: optional(text),
    price: decimal(18, 4),
    sold: boolean,
    day: date,
    at: timestamp,
  },
});
const own = columnsOf(thing);
const keyOnly = (name: string): Dimension =>
  dimension(name, {
    description: "",
    source: colour,
    key: "id",
    columns: { id: columnsOf(colour).copy("id") },
  });
/** A fact with columns of every type. It refers to two dimensions; one reference may be NULL. */
export const things = (name: string): Fact =>
  fact(name, {
    description: "",
    source: thing,
    key: "thing_id",
    surrogateKey: "record_id",
    currentView: `current_${name}`,
    columns: {
      thing_id: own.copy("id"),
      colour_id: references("dim_colour", own.copy("colour")),
      shape_id: references("dim_shape", own.copy("shape")),
      thing_name: own.copy("name"),
      price: own.copy("price"),
      sold: own.copy("sold"),
      day: own.copy("day"),
      at: own.copy("at"),
    },
  });

const parents: FactTarget["parents"] = new Map([
  ["dim_colour", targetOf(keyOnly("dim_colour"), { name: "DimColour", renamed: { id: "Id" } })],
  ["dim_shape", targetOf(keyOnly("dim_shape"))],
]);
const factThing = things("fact_thing");
/** The fact in a warehouse with other names. */
export const thingTarget: FactTarget = {
  schema: SCHEMA,
  fact: factThing,
  target: targetOf(factThing, {
    name: "Fact_Things",
    renamed: { record_id: "Record_Id", thing_name: "ThingName", thing_id: "Thing_Id" },
  }),
  parents,
};

/** A version of a thing: its key, its colour, and other values. */
export const version = (
  id: number,
  colourId: number,
  more: { shape?: number; name?: string | null } = {},
): Row => [
  id,
  colourId,
  more.shape ?? null,
  more.name === undefined ? "a thing" : more.name,
  123_456_789_012_345_678n,
  true,
  dayNumber("2024-02-29"),
  BigInt(Date.UTC(2024, 1, 29, 14, 20, 52, 123)) * 1000n,
];

/** A warehouse with one fact table, and the statements of the loader on it. */
export interface FactWarehouse {
  readonly database: TestDatabase;
  /** Creates its schema again, with no facts, the colours 1 and 2, and the shape 1. */
  reset(): Promise<void>;
  /** Loads the versions of a commit; returns how many were appended. */
  load(commit: number, rows: readonly Row[], options?: { recapture?: boolean }): Promise<number>;
  loadDeleted(commit: number, keys: readonly number[]): Promise<void>;
  heal(commit: number): Promise<void>;
  addColour(id: number): Promise<void>;
  addShape(id: number): Promise<void>;
  /** All versions in their order, as "key: colour name". */
  history(): Promise<string[]>;
  /** The rows of the current view. */
  current(): Promise<string[]>;
  /** The versions that wait for a parent, as "key: reason". */
  waiting(): Promise<string[]>;
  /** Runs a query with the schema as search path. */
  query<T>(sql: string): Promise<T[]>;
}

/** Creates it in a separate database. Drop the database. */
export async function startFactWarehouse(): Promise<FactWarehouse> {
  const database = await createDatabase();
  const target = thingTarget;
  const query = async <T>(sql: string): Promise<T[]> => {
    await database.query(`SET search_path = "Odd ""schema"""`);
    try {
      return await database.query<T>(sql);
    } finally {
      await database.query("RESET search_path");
    }
  };
  const rows = async (sql: string): Promise<string[]> =>
    (await query<{ row: string }>(sql)).map(({ row }) => row);
  const aVersion = `"Thing_Id" || ': ' || colour_id || ' ' || COALESCE("ThingName", 'NULL') AS row`;

  return {
    database,
    query,
    reset: async () => {
      await database.query('DROP SCHEMA IF EXISTS "Odd ""schema""" CASCADE; CREATE SCHEMA "Odd ""schema"""');
      for (const table of BOOKKEEPING) await database.query(createBookkeeping(SCHEMA, table));
      await query(`
        CREATE TABLE "DimColour" ("Id" int PRIMARY KEY);
        CREATE TABLE dim_shape (id int PRIMARY KEY);
        CREATE TABLE "Fact_Things" (
          "ThingName" varchar, "Thing_Id" int NOT NULL, "Record_Id" serial PRIMARY KEY,
          shape_id int REFERENCES dim_shape, colour_id int NOT NULL REFERENCES "DimColour",
          price numeric(18,4), sold boolean, day date, at timestamp(3));
        INSERT INTO "DimColour" VALUES (1), (2);
        INSERT INTO dim_shape VALUES (1)`);
      await database.query(createCurrentView(target));
    },
    load: async (commit, versions, { recapture = false } = {}) => {
      const counts = await staged(database, target.target, {
        rows: versions,
        statements: [
          setOrphansAside(target, { commit, again: recapture }),
          supersedeOrphans(target, { commit }),
          appendVersions(target, { recapture }),
        ],
      });
      return counts.at(-1) ?? 0;
    },
    loadDeleted: async (commit, keys) => {
      const tombstones = stageTombstones(target);
      await staged(database, tombstones, {
        rows: keys.map((key) => [key]),
        statements: [
          supersedeOrphans(target, { staged: tombstones, commit }),
          recordDeletions(target, { staged: tombstones, commit }),
        ],
      });
    },
    heal: async (commit) => {
      await staged(database, target.target, {
        rows: [],
        statements: [healOrphans(target, commit), supersedeByHealed(target, commit)],
      });
    },
    addColour: async (id) => {
      await query(`INSERT INTO "DimColour" VALUES (${id})`);
    },
    addShape: async (id) => {
      await query(`INSERT INTO dim_shape VALUES (${id})`);
    },
    history: () => rows(`SELECT ${aVersion} FROM "Fact_Things" ORDER BY "Record_Id"`),
    current: () => rows(`SELECT ${aVersion} FROM current_fact_thing ORDER BY 1`),
    waiting: () =>
      rows(
        `SELECT key || ': ' || reason AS row FROM marble_orphan
          WHERE healed_by IS NULL AND superseded_by IS NULL ORDER BY orphan_id`,
      ),
  };
}
