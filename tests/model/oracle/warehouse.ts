import type { Model } from "../../../domain/model/model";
import { identifier, literal, qualified } from "../../../domain/sql";
import { namesIn, type TableNames } from "../../../domain/warehouse/target";
import type { TestDatabase } from "../../support/postgres/postgres";
import { contentFrom, contentOf, mirroredRow } from "./observation";

/** The place of a table of the model in the warehouse. */
export interface Layout {
  readonly name: string;
  readonly kind: "dimension" | "fact";
  /** Quoted, with the schema. */
  readonly table: string;
  /** The view of the current rows of a fact. */
  readonly view: string;
  /** The table with all versions of each row: a fact, or the history of a dimension. */
  readonly versions: string | undefined;
  /** The column by which the versions of a row are ordered. */
  readonly order: string;
  /** In the order of the model. */
  readonly columns: readonly string[];
  /** The places of the columns of the key. */
  readonly key: readonly number[];
  /** The members of a dimension, by key. */
  readonly members?: ReadonlyMap<string, string>;
}

/** The tables of a model except for the calendar, under the names of Marble or of a prepared warehouse. */
export const layoutsOf = (
  { tables }: Model,
  schema: string,
  namesOf: (name: string) => TableNames | undefined = () => undefined,
): Layout[] =>
  tables.map((table) => {
    const names = namesOf(table.name) ?? namesIn(table, []);
    const columns = Object.keys(table.columns);
    return {
      name: table.name,
      kind: table.kind,
      table: qualified(schema, names.name),
      view: table.kind === "fact" ? qualified(schema, table.currentView) : "",
      ...versionsOf(table, schema, names),
      columns: columns.map((column) => identifier(names.columns.get(column) ?? column)),
      key: table.key.map((column) => columns.indexOf(column)),
    };
  });

function versionsOf(
  table: Model["tables"][number],
  schema: string,
  names: TableNames,
): Pick<Layout, "versions" | "order"> {
  if (table.kind === "fact")
    return { versions: qualified(schema, names.name), order: identifier(names.surrogateKey ?? "") };
  const { history } = table;
  return { versions: history === undefined ? undefined : qualified(schema, history), order: "commit" };
}

/** The observed warehouse. */
export interface WarehouseState {
  /** The number of commits in the ledger, and the newest. */
  readonly commits: number;
  readonly head: number;
  /** The rows of each dimension, and of each fact as its current view shows them, by table and key. */
  readonly shown: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The versions of each row of each fact, and of each dimension that keeps its history, in order. */
  readonly versions: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** The number of versions of each history that do not begin at the end of the previous version. */
  readonly gaps: ReadonlyMap<string, number>;
  /** The number of rows of each table that wait for a row of a dimension. */
  readonly waiting: ReadonlyMap<string, number>;
  /** The number of rows of each table that refer to a member instead of a missing row. */
  readonly placeholders: ReadonlyMap<string, number>;
  /** The rows of each mirrored table, sorted. */
  readonly mirror: ReadonlyMap<string, readonly string[]>;
}

/** The tables to observe. */
interface Observed {
  readonly schema: string;
  readonly layouts: readonly Layout[];
  /** The mirrored source tables. */
  readonly mirrored: readonly string[];
}

const NOTHING: WarehouseState = {
  commits: 0,
  head: 0,
  shown: new Map(),
  versions: new Map(),
  gaps: new Map(),
  waiting: new Map(),
  placeholders: new Map(),
  mirror: new Map(),
};

/** Reads the warehouse. */
export async function observeWarehouse(warehouse: TestDatabase, observed: Observed): Promise<WarehouseState> {
  const { schema, layouts } = observed;
  const ledger = qualified(schema, "marble_ledger");
  const [found] = await warehouse.query<{ found: string | null }>("SELECT to_regclass($1)::text AS found", [
    ledger,
  ]);
  if (found?.found == null) return NOTHING;
  return stateOf(await warehouse.query<Line>(statement(observed)), layouts);
}

type Part = "mirror" | "ledger" | "waiting" | "placeholders" | "gaps" | "shown" | "version";
interface Line {
  readonly part: Part;
  readonly name: string;
  readonly row: string;
}

function statement({ schema, layouts, mirrored }: Observed): string {
  const rows = (part: Part, { name, columns, order }: Layout, from: string): string => {
    const texts = columns.map((column) => `${column}::text`).join(", ");
    const place = part === "version" ? order : "NULL::int";
    return `SELECT ${literal(part)}, ${literal(name)}, ${place}, to_json(ARRAY[${texts}]::text[])::text FROM ${from}`;
  };
  return `SELECT part, name, row FROM (${[
    `SELECT 'ledger' AS part, '' AS name, NULL::int AS place, count(*) || ',' || COALESCE(max(commit), 0) AS row FROM ${qualified(schema, "marble_ledger")}`,
    `SELECT 'waiting', fact, NULL, count(*)::text FROM ${qualified(schema, "marble_orphan")} WHERE healed_by IS NULL AND superseded_by IS NULL GROUP BY fact`,
    `SELECT 'placeholders', fact, NULL, count(*)::text FROM ${qualified(schema, "marble_placeholder")} WHERE healed_by IS NULL AND superseded_by IS NULL GROUP BY fact`,
    ...mirrored.map(
      (name) =>
        `SELECT 'mirror', ${literal(name)}, NULL, ${mirroredRow("m")} FROM ${qualified("mirror", name)} AS m`,
    ),
    ...layouts.map((layout) => rows("shown", layout, layout.kind === "fact" ? layout.view : layout.table)),
    ...layouts.flatMap((layout) =>
      layout.versions === undefined ? [] : [rows("version", layout, layout.versions)],
    ),
    ...layouts.flatMap((layout) =>
      layout.kind === "fact" ? [] : gapsIn(layout, qualified(schema, "marble_ledger")),
    ),
  ].join("\nUNION ALL ")}) AS all_rows ORDER BY place`;
}

/**
 * Each version of a row is valid from the time of its commit until the next. The first has no beginning, and the newest
 * has no end. If the clock went back, a version begins where the one before began.
 */
function gapsIn({ name, versions, columns, key }: Layout, ledger: string): string[] {
  if (versions === undefined) return [];
  const keys = key.map((place) => columns[place] ?? "").join(", ");
  const line = `SELECT valid_from, valid_to, lag(valid_to, 1, '-infinity') OVER row_of AS ended, lead(valid_from, 1, 'infinity') OVER row_of AS begins,
      CASE WHEN lag(valid_from) OVER row_of IS NULL THEN '-infinity' ELSE GREATEST(lag(valid_from) OVER row_of, (SELECT captured_at FROM ${ledger} AS l WHERE l.commit = h.commit)) END AS brought
    FROM ${versions} AS h WINDOW row_of AS (PARTITION BY ${keys} ORDER BY commit)`;
  return [
    `SELECT 'gaps', ${literal(name)}, NULL, count(*)::text FROM (${line}) AS v ` +
      "WHERE valid_from <> ended OR valid_to <> begins OR valid_to < valid_from OR valid_from <> brought",
  ];
}

function stateOf(lines: readonly Line[], layouts: readonly Layout[]): WarehouseState {
  const keyed = new Map(layouts.map((layout) => [layout.name, layout]));
  const shown = new Map(layouts.map(({ name }) => [name, new Map<string, string>()]));
  const versions = new Map<string, Map<string, string[]>>();
  const waiting = new Map<string, number>();
  const gaps = new Map<string, number>();
  const placeholders = new Map<string, number>();
  for (const layout of layouts) if (layout.versions !== undefined) versions.set(layout.name, new Map());
  const mirror = new Map<string, string[]>();
  let [commits, head] = [0, 0];
  for (const { part, name, row } of lines) {
    if (part === "ledger") [commits = 0, head = 0] = row.split(",").map(Number);
    else if (part === "mirror") mirror.set(name, [...(mirror.get(name) ?? []), row]);
    else if (part === "waiting") waiting.set(name, Number(row));
    else if (part === "gaps") gaps.set(name, Number(row));
    else if (part === "placeholders") placeholders.set(name, Number(row));
    else {
      const texts = JSON.parse(row) as (string | null)[];
      const key = contentOf((keyed.get(name)?.key ?? []).map((place) => texts[place] ?? null));
      const content = contentFrom(row);
      if (part === "version") {
        const of = versions.get(name);
        of?.set(key, [...(of.get(key) ?? []), content]);
      } else {
        const rows = shown.get(name);
        // A map would hide a duplicate key.
        rows?.set(rows.has(key) ? `${key} once more` : key, content);
      }
    }
  }
  for (const rows of mirror.values()) rows.sort();
  return { commits, head, shown, versions, gaps, waiting, placeholders, mirror };
}
