import { feedsIn, isDirect } from "./joined-feeds";
import { joinName } from "./join";
import { contractsOf, type Model } from "./model";
import { joinsOfFeed, sourcesOf } from "./table";
import type { SourceTable } from "./source";
import { typeName } from "./types";

/** Which rows of the source a model needs, by names: what a log must hold from the first row on. */
export interface ModelReads {
  /** Each warehouse table with a source table whose rows become rows of it: `dim_staff from staff`. */
  readonly feeds: readonly string[];
  /** The source tables whose present rows are kept, because joins need them. */
  readonly joined: readonly string[];
}

/** Which rows of the source a model needs. */
export function modelReads(model: Model): ModelReads {
  const fed = feedsIn(model);
  const feeds = fed.map(({ table, feed }) => feedName(table.name, feed.source));
  const joined = fed.filter((each) => !isDirect(each)).flatMap(({ feed }) => sourcesOf(feed));
  return { feeds: inOrder(feeds), joined: inOrder(joined.map(({ name }) => name)) };
}

/** Names a table with one of the source tables that it is made of. */
export const feedName = (table: string, source: SourceTable): string => `${table} from ${source.name}`;

const inOrder = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/**
 * The contracts of a model and its joins, as a text. Two models with one text take the same source tables, and wait for
 * the same.
 */
export function contractsText(model: Model): string {
  const contracts = [...contractsOf(model).values()].map(({ name, key, columns }) =>
    JSON.stringify([name, key, Object.entries(columns).map(([column, of]) => [column, printed(of)])]),
  );
  const feeds = feedsIn(model).map(({ table, feed }) =>
    JSON.stringify([feedName(table.name, feed.source), table.kind, joinsOfFeed(feed).map(joinName).sort()]),
  );
  return [...contracts.sort(), ...feeds.sort()].join("\n");
}

function printed({ type, nullable, formerly, accepts, absentAsNull }: SourceTable["columns"][string]) {
  const truncated = "truncated" in type;
  return [typeName(type), truncated, nullable, formerly ?? [], accepts ?? [], absentAsNull ?? false];
}
