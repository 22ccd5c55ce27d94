import type { TableFeed } from "../../domain/model/joined-feeds";
import { hull } from "../../domain/transform/calendar";
import { transformBatch, type Lookups, type WarehouseBatch } from "../../domain/transform/transform";
import type { CommittedBatch } from "./batches";
import type { TransformContext } from "./context";

/** Transforms a batch; collects its rejected rows and the days in its rows. */
export function transformRows(
  { table, feed }: TableFeed,
  options: { source: CommittedBatch; lookups: Lookups; run: TransformContext },
): WarehouseBatch {
  const { source, lookups, run } = options;
  const members = table.kind === "dimension" ? table.members : undefined;
  const keyed = members === undefined ? undefined : { key: table.key, members };
  const made = transformBatch({ ...feed, name: table.name, keyed }, source, lookups);
  run.days.named = hull(run.days.named, made.days);
  for (const [row, rejection] of made.rejections) {
    run.rejected.add({
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
