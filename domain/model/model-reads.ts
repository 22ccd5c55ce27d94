import { feedsIn, isDirect } from "./joined-feeds";
import { joinName } from "./join";
import { contractsOf, type Model } from "./model";
import { joinsOfFeed, sourcesOf } from "./table";
import type { SourceTable } from "./source";
import { typeName } from "./types";

/** The rows of the source that a model needs, by name. A log must have them from its first commit on. */
interface ModelReads {
  /** Each warehouse table with a source table from which it is made: `dim_staff from staff`. */
  readonly feeds: readonly string[];
  /** The source tables whose present rows are stored for joins. */
  readonly joined: readonly string[];
}

/** The rows of the source that a model needs. */
export function modelReads(model: Model): ModelReads {
  const fed = feedsIn(model);
  const feeds = fed.map(({ table, feed }) => feedName(table.name, feed.source));
  const joined = fed.filter((each) => !isDirect(each)).flatMap(({ feed }) => sourcesOf(feed));
  return { feeds: inOrder(feeds), joined: inOrder(joined.map(({ name }) => name)) };
}

/** The name of a table with one of its source tables. */
export const feedName = (table: string, source: SourceTable): string => `${table} from ${source.name}`;

const inOrder = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/**
 * The contracts and joins of a model, as a text. Two models with the same text read the same source tables, and wait
 * for the same tables.
 */
export function contractsText(model: Model): string {
  const contracts = [...contractsOf(model).values()].map(({ name, key, columns }) =>
    JSON.stringify([name, key, Object.entries(columns).map(([column, of]) => [column, readsOf(of)])]),
  );
  const feeds = feedsIn(model).map(({ table, feed }) =>
    JSON.stringify([feedName(table.name, feed.source), table.kind, joinsOfFeed(feed).map(joinName).sort()]),
  );
  return [...contracts.sort(), ...feeds.sort()].join("\n");
}

function readsOf({ type, nullable, formerly, accepts, absentAsNull }: SourceTable["columns"][string]) {
  const truncated = "truncated" in type;
  return [typeName(type), truncated, nullable, formerly ?? [], accepts ?? [], absentAsNull ?? false];
}
