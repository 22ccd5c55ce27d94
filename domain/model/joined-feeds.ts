import type { Model } from "./model";
import type { Join } from "./join";
import { fromOf } from "./join";
import { feedsOf, joinsOfFeed, type Dimension, type Fact, type Feed } from "./table";

/** A feed of a table, with its index. */
export interface TableFeed {
  readonly table: Dimension | Fact;
  readonly feed: Feed;
  readonly index: number;
}

/** All feeds of a model, in the order of its tables. */
export const feedsIn = ({ tables }: Model): readonly TableFeed[] =>
  tables.flatMap((table) => feedsOf(table).map((feed, index) => ({ table, feed, index })));

/** True if a row of the feed is made only from a row of its source table. */
export const isDirect = ({ feed }: TableFeed): boolean => joinsOfFeed(feed).length === 0;

/**
 * The columns by which rows of each source table are looked up, to find those that refer to a changed row. The keys are
 * the names of the source tables.
 */
export function columnsToIndex(model: Model): ReadonlyMap<string, readonly Join["on"][]> {
  const found = new Map<string, Map<string, Join["on"]>>();
  for (const { feed } of feedsIn(model)) {
    for (const join of joinsOfFeed(feed)) {
      const { name } = fromOf(join, feed.source);
      const indexes = found.get(name) ?? new Map<string, Join["on"]>();
      indexes.set(JSON.stringify(join.on), join.on);
      found.set(name, indexes);
    }
  }
  return new Map([...found].map(([name, indexes]) => [name, [...indexes.values()]]));
}
