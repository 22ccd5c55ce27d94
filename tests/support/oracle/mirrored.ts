import { expect } from "chai";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { identifier, qualified } from "../../../domain/sql";
import type { MirrorChoice } from "../../../domain/warehouse/mirror/choice";
import { pipelineCopies } from "../pipeline/pipeline-copies";
import { startPipeline, type Pipeline, type PipelineOptions } from "../pipeline/pipeline";
import { createDatabase, type TestDatabase } from "../postgres/postgres";

/** A pipeline without a model, which mirrors its source. */
export interface MirrorPipeline extends Pipeline {
  sql(text: string): Promise<unknown>;
  /** All three stages, in order. */
  mirror(choice?: MirrorChoice): Promise<void>;
  process(options?: Parameters<Pipeline["process"]>[0]): ReturnType<Pipeline["process"]>;
}

type Both = Pick<Pipeline, "source" | "warehouse">;

/** A model without tables: the warehouse has the calendar and the mirror. */
export const noModel: Model = { version: 1, calendar: dimDate, tables: [] };

/** The settings on which the text of a value depends. */
export const SAME_TEXT = `SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'; SET bytea_output = 'hex';
  SET extra_float_digits = 1; SET lc_monetary = 'C'`;

/** Starts a pipeline between an empty source and an empty warehouse. Close it. */
export async function startMirror(options: PipelineOptions = {}): Promise<MirrorPipeline> {
  const source = options.source ?? (await createDatabase());
  return ofMirror(await startPipeline({ ...options, source }));
}

/** Starts pipelines after a first run that mirrored some tables. A process makes this run once. Close them. */
export function mirrorsAfterFirstRun(tables: string): () => Promise<MirrorPipeline> {
  const copies = pipelineCopies(async (lake) => {
    const pipeline = await startMirror({ lake });
    await pipeline.sql(tables);
    await pipeline.mirror();
    return pipeline;
  });
  return async () => ofMirror(await copies());
}

async function ofMirror(pipeline: Pipeline): Promise<MirrorPipeline> {
  const { source } = pipeline;
  await source.query(SAME_TEXT);
  await pipeline.warehouse.query(SAME_TEXT);
  const process: MirrorPipeline["process"] = (given = {}) =>
    pipeline.process({ model: noModel, mirror: "all", ...given });
  const load: MirrorPipeline["load"] = (given = {}) => pipeline.load({ model: noModel, marts: [], ...given });
  return {
    ...pipeline,
    sql: (text) => source.query(text),
    process,
    load,
    mirror: async (choice = "all") => {
      await pipeline.ingest();
      await process({ mirror: choice });
      await load();
    },
  };
}

const COLUMNS = `SELECT a.attname AS name, a.attnotnull AS required, col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = $1::regnamespace AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`;

const KEY = `SELECT a.attname AS name FROM pg_constraint k CROSS JOIN unnest(k.conkey) WITH ORDINALITY AS c (number, place)
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number
 WHERE k.contype = 'p' AND k.conrelid = $1::regclass ORDER BY c.place`;

/** The tables of a schema. */
async function tablesOf({ query }: TestDatabase, schema: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition AND relname <> 'marble_replay' ORDER BY 1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

/** Expects that a mirrored table has exactly the columns, the key and the rows of its table. */
export async function expectSame(pipeline: Both, table: string, schema = "mirror"): Promise<number> {
  const { source, warehouse } = pipeline;
  const is = await warehouse.query<{ name: string }>(COLUMNS, [schema, table]);
  expect(is, `columns of ${table}`).to.deep.equal(await source.query(COLUMNS, ["public", table]));
  const key = (database: TestDatabase, of: string): Promise<unknown[]> =>
    database.query(KEY, [qualified(of, table)]);
  expect(await key(warehouse, schema), `key of ${table}`).to.deep.equal(await key(source, "public"));
  const comment = (database: TestDatabase, of: string): Promise<unknown[]> =>
    database.query("SELECT obj_description($1::regclass, 'pg_class') AS comment", [qualified(of, table)]);
  expect(await comment(warehouse, schema), `comment of ${table}`).to.deep.equal(
    await comment(source, "public"),
  );
  const rows = async (database: TestDatabase, of: string): Promise<string[]> => {
    const list = is.map(({ name }) => identifier(name)).join(", ");
    const found = await database.query<{ row: string }>(
      `SELECT ROW(${list})::text AS row FROM ${qualified(of, table)}`,
    );
    return found.map(({ row }) => row).sort();
  };
  const expected = await rows(source, "public");
  expect(await rows(warehouse, schema), `rows of ${table}`).to.deep.equal(expected);
  return expected.length;
}

/** Expects that every table of the source is mirrored exactly. Returns the number of their rows. */
export async function expectMirrored(pipeline: Both): Promise<number> {
  let rows = 0;
  for (const table of await tablesOf(pipeline.source, "public")) rows += await expectSame(pipeline, table);
  return rows;
}
