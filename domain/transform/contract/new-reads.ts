import type { ProcessCommit } from "../../log/commit";
import { feedsIn } from "../../model/joined-feeds";
import type { Model } from "../../model/model";
import { feedName, modelReads } from "../../model/model-reads";
import type { TableAdmission } from "./quarantine";

/**
 * What a model newly reads although rows of it were captured before. Those rows would be missing forever. A table may
 * be newly read if all of its rows arrive with this commit.
 * @param admissions what may be processed of each source table
 * @returns what is newly read: `dim_staff from team`, or the name of a joined source table
 */
export function incompleteReads(
  model: Model,
  previous: ProcessCommit | undefined,
  admissions: ReadonlyMap<string, TableAdmission>,
): readonly string[] {
  if (previous === undefined) return [];
  const isNew = (source: string): boolean => !beginsNow(source, previous, admissions);
  const { feeds } = previous.model;
  const joined = previous.model.joined ?? Object.keys(previous.state);
  const newFeeds = feedsIn(model).filter(
    ({ table, feed }) => feeds?.includes(feedName(table.name, feed.source)) === false,
  );
  return [
    ...newFeeds
      .filter(({ feed }) => isNew(feed.source.name))
      .map(({ table, feed }) => feedName(table.name, feed.source)),
    ...modelReads(model).joined.filter((name) => !joined.includes(name) && isNew(name)),
  ];
}

/** True if no row of a source table was processed before this commit. */
function beginsNow(
  name: string,
  previous: ProcessCommit,
  admissions: ReadonlyMap<string, TableAdmission>,
): boolean {
  const [first] = admissions.get(name)?.captures ?? [];
  if (first !== undefined) return first.capture.rows === first.capture.total;
  // It waits in quarantine, with all of its rows if none was processed before.
  const sources = previous.sources ?? {};
  const before = Object.hasOwn(sources, name) ? sources[name] : undefined;
  return before === undefined || before.asOf === null;
}
