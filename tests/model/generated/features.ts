import type { Column, Origin } from "../../../domain/model/columns";
import { pathOf, type Join } from "../../../domain/model/join";
import type { Model } from "../../../domain/model/model";
import type { SourceTable } from "../../../domain/model/source";
import { feedsOf, joinsOfFeed, referencesIn } from "../../../domain/model/table";
import type { Kind } from "../../../domain/model/types";
import { CALENDAR } from "./star/designs";
import type { PreparedTable } from "./star/prepared";
import type { SourceDesign } from "./source/sources";

const among = <T>(list: readonly T[], has: (one: T) => boolean): number => list.filter(has).length;

/** The count of each element of the model language, and of each property of a source and a warehouse, in a model. */
export function featuresOf(design: {
  readonly sources: readonly SourceDesign[];
  readonly model: Model;
  readonly mirrors: boolean;
  readonly prepared: ReadonlyMap<string, PreparedTable>;
}): Record<string, number> {
  const { sources, model, mirrors, prepared } = design;
  return {
    ...sourceFeatures(sources),
    "mirrored tables": mirrors ? sources.length : 0,
    ...tableFeatures(model),
    ...columnFeatures(model),
    "prepared tables": prepared.size,
    "prepared columns of another type": [...prepared.values()].reduce(
      (sum, { types }) => sum + types.size,
      0,
    ),
  };
}

const KINDS: Readonly<Record<Kind, true>> = {
  integer: true,
  bigint: true,
  decimal: true,
  text: true,
  boolean: true,
  date: true,
  time: true,
  timestamp: true,
  timestamptz: true,
  real: true,
  double: true,
  bytea: true,
  json: true,
  jsonb: true,
  interval: true,
  array: true,
};

function sourceFeatures(sources: readonly SourceDesign[]): Record<string, number> {
  const columns = sources.flatMap((source) => Object.values(source.contract.columns));
  const references = sources.flatMap((source) => source.references.map((one) => ({ source, ...one })));
  return {
    "source tables": sources.length,
    "source tables with a key of several columns": among(sources, ({ key }) => key.length > 1),
    "source tables in a second schema": among(sources, ({ isFurther }) => isFurther),
    "partitioned source tables": among(sources, ({ isPartitioned }) => isPartitioned),
    "foreign keys of the source": among(references, ({ onDelete }) => onDelete !== undefined),
    "nullable references of the source": among(references, ({ nullable }) => nullable),
    ...Object.fromEntries(
      Object.keys(KINDS).map((kind) => [
        `contract: ${kind}`,
        among(columns, ({ type }) => type.kind === kind),
      ]),
    ),
    "contract: truncated": among(columns, ({ type }) => "truncated" in type),
    "contract: optional": among(columns, ({ nullable }) => nullable),
    "contract: accepts": among(columns, ({ accepts }) => accepts !== undefined),
    "contract: formerly": among(columns, ({ formerly }) => formerly !== undefined),
    "contract: formerly, in the key": among(
      sources.flatMap(keysOf),
      ({ formerly }) => formerly !== undefined,
    ),
    "contract: absentAsNull": among(columns, ({ absentAsNull }) => absentAsNull === true),
  };
}

const keysOf = ({ contract }: SourceDesign): readonly SourceTable["columns"][string][] =>
  contract.key.flatMap((name) => contract.columns[name] ?? []);

function tableFeatures({ tables }: Model): Record<string, number> {
  const references = tables.flatMap((table) => referencesIn(table).map((one) => ({ table, ...one })));
  const feeds = tables.flatMap((table) => feedsOf(table).map((feed) => ({ table, ...feed })));
  const joins = feeds.flatMap((feed) => joinsOfFeed(feed).map((join) => ({ ...join, own: feed.source })));
  const hasJoins = (table: Parameters<typeof feedsOf>[0]): boolean =>
    feedsOf(table).some((feed) => joinsOfFeed(feed).length > 0);
  const isOf = (kind: string) => (table: { readonly kind: string }) => table.kind === kind;
  return {
    dimensions: among(tables, isOf("dimension")),
    facts: among(tables, isOf("fact")),
    "dimensions with joins": among(tables.filter(isOf("dimension")), hasJoins),
    "facts with joins": among(tables.filter(isOf("fact")), hasJoins),
    "inner joins": among(joins, ({ kind }) => kind === "inner"),
    "left joins": among(joins, ({ kind }) => kind === "left"),
    "joins on composite keys": among(joins, ({ on }) => on.length > 1),
    "joins on nullable columns": among(joins, (join) => isNullable(join, join.own)),
    "joins to the table itself": among(joins, ({ to, via, own }) => to === (via?.to ?? own)),
    "joins over several levels": among(joins, ({ via }) => via !== undefined),
    "tables with a condition": among(feeds, ({ where }) => where !== undefined),
    "conditions on joined rows": among(
      feeds,
      ({ where }) => where !== undefined && joinsIn(where).length > 0,
    ),
    "tables from two feeds": among(tables, ({ also }) => also !== undefined),
    "tables from two source tables": among(
      tables,
      (table) => new Set(feedsOf(table).map(({ source }) => source.name)).size > 1,
    ),
    "tables with keysAreDisjoint": among(tables, ({ keysAreDisjoint }) => keysAreDisjoint === true),
    "references to the calendar": among(references, ({ to }) => to === CALENDAR),
    "references to dimensions": among(references, ({ to }) => to !== CALENDAR),
    "references of several columns": among(references, ({ columns }) => columns.length > 1),
    "references to the table itself": among(references, ({ table, to }) => table.name === to),
    "dimensions with a history": among(
      tables,
      (table) => table.kind === "dimension" && table.history !== undefined,
    ),
    "facts that refer to a history": among(
      references,
      ({ table, to }) => table.kind === "fact" && tables.some((one) => one.name === to && "history" in one),
    ),
    "dimensions with members": among(
      tables,
      (table) => table.kind === "dimension" && table.members !== undefined,
    ),
    "references with whenMissing": among(references, ({ whenMissing }) => whenMissing !== undefined),
    "references with whenNull": among(references, ({ whenNull }) => whenNull !== undefined),
  };
}

function isNullable({ on, via }: Join, own: SourceTable): boolean {
  const { columns } = via?.to ?? own;
  return on.some((name) => columns[name]?.nullable === true);
}

function columnFeatures({ tables }: Model): Record<string, number> {
  const columns = tables.flatMap((table) =>
    feedsOf(table).flatMap((feed) =>
      Object.entries(feed.columns).map(([name, column]) => ({ name, ...column })),
    ),
  );
  const origins = columns.flatMap((column) => originsIn(column));
  const isKind = (kind: Origin["kind"]) => (origin: Origin) => origin.kind === kind;
  return {
    "columns with another name than in the source": among(
      columns,
      ({ name, origin }) => origin.kind === "copy" && origin.column !== name,
    ),
    "columns with whenNull": among(columns, ({ whenNull }) => whenNull !== undefined),
    ...Object.fromEntries(
      (["copy", "dateOf", "timeOf", "parsedDate", "derived", "constant", "computed"] as const).map((kind) => [
        `columns: ${kind}`,
        among(origins, isKind(kind)),
      ]),
    ),
    "columns in a named time zone": among(origins, (origin) => "timeZone" in origin),
    "columns computed from joined columns": among(
      columns,
      (column) => column.origin.kind === "computed" && joinsIn(column).length > 0,
    ),
    "columns computed from computed columns": among(
      origins,
      (origin) =>
        origin.kind === "computed" &&
        Object.values(origin.inputs).some((input) => input.origin.kind === "computed"),
    ),
  };
}

/** The origin of a column, and those of its inputs. */
const originsIn = ({ origin }: Column): readonly Origin[] => [
  origin,
  ...(origin.kind === "computed" ? Object.values(origin.inputs).flatMap(originsIn) : []),
];

const joinsIn = (column: Column): readonly Join[] =>
  originsIn(column).flatMap((origin) => ("join" in origin ? pathOf(origin.join) : []));
