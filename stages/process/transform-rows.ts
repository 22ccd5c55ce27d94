import type { TableFeed } from "../../domain/model/joined-feeds";
import { hull } from "../../domain/transform/calendar";
import { transformBatch, type Lookups, type WarehouseBatch } from "../../domain/transform/transform";
import type { CommittedBatch } from "./batches";
import type { TransformContext } from "./context";

/** Transforms a batch; collects its rejected rows and the days in its rows. */
export function transformRows(
  { table, feed }: TableFeed,
  options: { source: CommittedBatch; lookups: Lookups; context: TransformContext },
): WarehouseBatch {
  const { source, lookups, context } = options;
  const members = table.kind === "dimension" ? table.members : undefined;
  const keyed = members === undefined ? undefined : { key: table.key, members };
  const made = transformBatch({ ...feed, name: table.name, keyed }, source, lookups);
  context.days.named = hull(context.days.named, made.days);
  for (const [row, rejection] of made.rejections) {
    context.rejected.add({
      target: table.name,
      table: feed.source.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
  return made;
}
