import {
  contentOf,
  type Observation,
  type ObservedRow,
  type Outcome,
  type Reference,
} from "../../oracle/observation";
import { FAILS } from "../star/computations";
import { readsIn, type Expression, type PathStep, type ReadExpression } from "../star/expressions";
import { literalOf } from "../star/literals";
import { memberKey, referencesIn } from "../star/members";
import { ORIGINS } from "../star/model";
import { readName } from "./reads";
import type { SourceDesign } from "../source/sources";
import { CALENDAR, type ColumnDesign, type FeedDesign, type TableDesign } from "../star/designs";

/** The values of a row of a source table, by `readName`; undefined when the row cannot be read. */
export interface SourceRow {
  /** The transaction that wrote it. */
  readonly version: string;
  readonly values: ReadonlyMap<string, string | null> | undefined;
}

export type SourceRows = ReadonlyMap<string, SourceRow>;

interface Design {
  readonly sources: readonly SourceDesign[];
  readonly tables: readonly TableDesign[];
  /** The type of a column in a prepared warehouse; undefined for the type of the model. */
  readonly storedAs: (table: string, column: string) => string | undefined;
}

interface State {
  /** The rows by source table and key. An unreadable row has its last readable state. */
  readonly good: readonly SourceRows[];
  /** The content of the source. */
  readonly rows: readonly SourceRows[];
  readonly isNew: (source: number, key: string) => boolean;
}

/** Computes the warehouse from the source rows: a second implementation of joins, conditions and functions, over printed texts. */
export function observationOf(design: Design, state: State): Pick<Observation, "tables" | "unreadable"> {
  const { sources, tables } = design;
  const observed = tables.map((table) => [table.name, observeTable(table, design, state)] as const);
  const unreadable = sources.flatMap(({ name }, at) =>
    [...(state.rows[at] ?? [])].flatMap(([key, { values }]) =>
      values === undefined
        ? [{ source: name, sourceKey: key, isNew: state.isNew(at, key), times: timesRead(at, tables) }]
        : [],
    ),
  );
  return { tables: new Map(observed), unreadable };
}

const pathsOf = ({ columns, where }: FeedDesign): readonly (readonly PathStep[])[] =>
  [...columns.map(({ expression }) => expression), ...(where === undefined ? [] : [where])]
    .flatMap(readsIn)
    .map(({ path }) => path)
    .filter((path) => path.length > 0);

/** Each feed without joins rejects an unreadable row. If all feeds have joins, the row is rejected once. */
function timesRead(source: number, tables: readonly TableDesign[]): number {
  const feeds = tables.flatMap((table) => table.feeds);
  const direct = feeds.filter((feed) => feed.source === source && pathsOf(feed).length === 0).length;
  const isJoined = feeds.some((feed) => {
    const paths = pathsOf(feed);
    return paths.length > 0 && (feed.source === source || paths.flat().some(({ to }) => to === source));
  });
  return direct > 0 ? direct : isJoined ? 1 : 0;
}

function observeTable(table: TableDesign, design: Design, state: State): Map<string, ObservedRow> {
  const rows = new Map<string, ObservedRow>();
  table.feeds.forEach((feed, place) => {
    const source = design.sources[feed.source];
    for (const [sourceKey, row] of state.good[feed.source] ?? []) {
      const context: RowContext = { table, feed, place, row, design, state };
      const key = table.key.map((name) => {
        const column = feed.columns.find((one) => one.name === name);
        return column === undefined ? null : valueOf(column, context);
      });
      rows.set(contentOf(key), {
        source: source?.name ?? "",
        sourceKey,
        joined: pathsOf(feed).length > 0,
        isNew: state.isNew(feed.source, sourceKey) && isReadable(state, feed.source, sourceKey),
        outcome: outcomeOf(context),
      });
    }
  });
  return rows;
}

/** An unreadable row makes no version. */
const isReadable = ({ rows }: State, source: number, key: string): boolean =>
  rows[source]?.get(key)?.values !== undefined;

interface RowContext {
  readonly table: TableDesign;
  readonly feed: FeedDesign;
  readonly place: number;
  readonly row: SourceRow;
  readonly design: Design;
  readonly state: State;
}

const CALENDAR_DAYS = /^(19|20|21)\d\d-\d\d-\d\d$/;

function outcomeOf(context: RowContext): Outcome {
  const { table, feed } = context;
  for (const path of pathsOf(feed)) {
    for (let length = 1; length <= path.length; length++) {
      const step = path[length - 1];
      if (step?.kind !== "inner") continue;
      const found = follow(path.slice(0, length), context);
      if (found.row === undefined) return { kind: "absent", rejected: found.isMissing };
    }
  }
  if (feed.where !== undefined) {
    const holds = evaluate(feed.where, context);
    if (holds === FAILS) return { kind: "rejected" };
    if (holds !== "true") return { kind: "absent", rejected: false };
  }
  const values = feed.columns.map((column) => valueOf(column, context));
  const isFar = feed.columns.some(
    ({ refers }, at) => refers === CALENDAR && values[at] != null && !CALENDAR_DAYS.test(values[at]),
  );
  if (values.includes(FAILS) || isFar || hasKeyOfMember(table, feed, values)) return { kind: "rejected" };
  for (const { columns, to, instead } of referencesIn(table)) {
    const places = columns.map((name) => feed.columns.findIndex((column) => column.name === name));
    if (instead?.whenNull === undefined || places.every((place) => values[place] != null)) continue;
    const texts = keyOfMember(context.design, to, instead.whenNull);
    places.forEach((place, at) => (values[place] = texts[at] ?? null));
  }
  return { kind: "present", content: contentOf(values), refers: referencesOf(context, values) };
}

function keyOfMember({ tables }: Design, to: string, place: number): readonly string[] {
  const table = tables.find(({ name }) => name === to);
  if (table === undefined) throw new RangeError(`there is no table ${to}`);
  return memberKey(table, place);
}

function hasKeyOfMember(table: TableDesign, feed: FeedDesign, values: readonly (string | null)[]): boolean {
  const key = table.key.map((name) => values[feed.columns.findIndex((column) => column.name === name)]);
  return table.members.some((_, place) => JSON.stringify(memberKey(table, place)) === JSON.stringify(key));
}

function referencesOf({ table, feed, design }: RowContext, values: readonly (string | null)[]): Reference[] {
  return referencesIn(table).flatMap(({ to, columns, instead }) => {
    if (to === CALENDAR) return [];
    const places = columns.map((name) => feed.columns.findIndex((column) => column.name === name));
    const key = places.map((place) => values[place] ?? null);
    if (key.includes(null)) return [];
    const whenMissing = instead?.whenMissing;
    const texts = whenMissing === undefined ? undefined : keyOfMember(design, to, whenMissing);
    return [{ to, key: contentOf(key), ...(texts !== undefined && { instead: { places, texts } }) }];
  });
}

/** The value of a column of the warehouse. */
function valueOf({ name, expression, whenNull }: ColumnDesign, context: RowContext): string | null {
  const { design, table, place } = context;
  if (name === "origin" && expression.is === "constant") return ORIGINS[place] ?? null;
  const storedAs = expression.is === "read" ? design.storedAs(table.name, name) : undefined;
  const value = evaluate(expression, context, storedAs);
  return value ?? (whenNull ? literalOf(expression.type).printed : null);
}

function evaluate(expression: Expression, context: RowContext, storedAs?: string): string | null {
  switch (expression.is) {
    case "constant":
      return literalOf(expression.type).printed;
    case "read":
      return readValue(expression, context, storedAs);
    case "computed": {
      const { computation, inputs } = expression;
      const texts = inputs.map((input) => evaluate(input, context));
      if (texts.includes(FAILS)) return FAILS;
      return computation.expected(texts, inputs[0]?.type ?? expression.type);
    }
  }
}

function readValue(read: ReadExpression, context: RowContext, storedAs?: string): string | null {
  const { row } = follow(read.path, context);
  const { how, zone, column } = read;
  return valueIn(
    row,
    readName({
      how,
      column,
      ...(zone !== undefined && { zone }),
      ...(storedAs !== undefined && { storedAs }),
    }),
  );
}

function valueIn(row: SourceRow | undefined, name: string): string | null {
  if (row?.values === undefined) return null;
  const value = row.values.get(name);
  if (value === undefined) throw new RangeError(`${name} was not read`);
  return value;
}

/** The row to which a path leads. Without a row, whether the row is missing or the reference is NULL. */
function follow(
  path: readonly PathStep[],
  { row, state }: RowContext,
): { readonly row: SourceRow | undefined; readonly isMissing: boolean } {
  let found: SourceRow | undefined = row;
  let isMissing = false;
  for (const { on, to } of path) {
    const from: SourceRow | undefined = found;
    const key: (string | null)[] = on.map((column) => valueIn(from, readName({ how: "copy", column })));
    isMissing = !key.includes(null);
    found = isMissing ? state.good[to]?.get(contentOf(key)) : undefined;
  }
  return { row: found, isMissing: found === undefined && isMissing };
}
