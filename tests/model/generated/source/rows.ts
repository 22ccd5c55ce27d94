import { identifier, qualified } from "../../../../domain/sql";
import type { SourceDesign } from "./sources";
import { createViews } from "./views";

/** The keys of a table count from 0. Rows refer to existing keys, and to some missing keys. */
export const KEYS = 8;

/** The values of the n-th key of a table, n below 8, as SQL in the order of the key. */
export function keyValues(sources: readonly SourceDesign[], index: number, n: number): string[] {
  const { keyParts = [] } = sources[index] ?? {};
  // With several parts, some rows share the first parts.
  const last = keyParts.length - 1;
  return keyParts.flatMap((part, place) => {
    const own = place === 0 ? n >> last : (n >> (last - place)) & 1;
    return "to" in part ? keyValues(sources, part.to, own) : [part.kind.keyValue?.(own) ?? "NULL"];
  });
}

/** The values of a row except for its key, as SQL by column. A seed always gives the same values. */
export function valuesOf(
  sources: readonly SourceDesign[],
  { columns, key, references }: SourceDesign,
  seed: number,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  references.forEach(({ columns: names, to, nullable }, place) => {
    const target = keyValues(sources, to, (seed + place * 3) % KEYS);
    const isNull = nullable && (seed + place) % 5 === 4;
    names.forEach((name, at) => {
      // Sometimes one of several columns is NULL, so the row has no reference.
      const missing = isNull && (at === names.length - 1 || seed % 2 === 0);
      if (!key.includes(name)) values.set(name, missing ? "NULL" : (target[at] ?? "NULL"));
    });
  });
  columns.forEach(({ name, kind, nullable, isAbsent }, place) => {
    if (key.includes(name) || values.has(name) || isAbsent === true) return;
    const at = seed + place;
    values.set(name, nullable && at % 4 === 3 ? "NULL" : (kind.values[at % kind.values.length] ?? "NULL"));
  });
  return values;
}

/** Inserts the row with the n-th key. */
export function insertRow(sources: readonly SourceDesign[], index: number, n: number, seed: number): string {
  const source = sources[index];
  if (source === undefined) throw new RangeError("there is no such table");
  const values = valuesOf(sources, source, seed);
  const names = [...source.key, ...values.keys()].map(identifier);
  const all = [...keyValues(sources, index, n), ...values.values()];
  return `INSERT INTO ${source.view} (${names.join(", ")}) VALUES (${all.join(", ")})`;
}

const FIRST_ROWS = 5;

/** The initial rows of the tables. */
export const firstRows = (sources: readonly SourceDesign[]): string =>
  sources
    .flatMap((_, index) =>
      Array.from(
        { length: FIRST_ROWS },
        (_, n) => `${insertRow(sources, index, n, n + index)} ON CONFLICT DO NOTHING`,
      ),
    )
    .join(";\n");

/** The statements that create the tables and their views. */
export function createSources(
  sources: readonly SourceDesign[],
  [schema, further]: readonly [string, string],
): string {
  return [
    ...[schema, further].flatMap((name) => [
      `CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`,
      `GRANT USAGE ON SCHEMA ${identifier(name)} TO reader`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${identifier(name)} GRANT SELECT ON TABLES TO reader`,
    ]),
    `CREATE TYPE ${identifier(schema)}.mood AS ENUM ('happy', 'sad', 'so, so')`,
    ...sources.flatMap((source, index) => createTable(source, qualified(schema, `part_${index}`))),
    ...createViews(sources),
  ].join(";\n");
}

const PARTITIONS = 3;

/** @param part the name of its partitions, up to their number */
function createTable(
  { table, columns, key, unread, typesIn, isPartitioned }: SourceDesign,
  part: string,
): string[] {
  const atFirst = new Map(columns.map(({ name, formerly }) => [name, identifier(formerly ?? name)]));
  const lines = columns
    .filter(({ isAbsent }) => isAbsent !== true)
    .map(
      ({ name, kind, nullable }) => `${atFirst.get(name)} ${kind.sql(typesIn)}${nullable ? "" : " NOT NULL"}`,
    );
  const keys = key.map((name) => atFirst.get(name)).join(", ");
  const create = `CREATE TABLE ${table} (${lines.join(", ")}, ${identifier(unread)} varchar(3), PRIMARY KEY (${keys}))`;
  if (!isPartitioned) return [create];
  const partitions = Array.from({ length: PARTITIONS }, (_, remainder) => {
    const name = part.replace(/"$/, `_${remainder}"`);
    return `CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${remainder})`;
  });
  return [`${create} PARTITION BY HASH (${keys})`, ...partitions];
}

/** The foreign keys. Earlier rows may violate them, so that rows can lack a parent. */
export const createForeignKeys = (sources: readonly SourceDesign[]): string =>
  sources
    .flatMap((source) => source.references.map((reference) => ({ source, ...reference })))
    .flatMap(({ source, columns, to, nullable, onDelete }) => {
      const target = sources[to];
      if (target === undefined || onDelete === undefined) return [];
      const named = (of: SourceDesign, names: readonly string[]): string =>
        names
          .map((name) => identifier(of.columns.find((one) => one.name === name)?.formerly ?? name))
          .join(", ");
      const action = onDelete === "SET NULL" && !nullable ? "CASCADE" : onDelete;
      return [
        `ALTER TABLE ${source.table} ADD FOREIGN KEY (${named(source, columns)}) ` +
          `REFERENCES ${target.table} (${named(target, target.key)}) ON UPDATE CASCADE ON DELETE ${action} NOT VALID`,
      ];
    })
    .join(";\n");
