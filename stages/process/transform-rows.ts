import type { RecordBatch } from "apache-arrow";
import type { Dimension, Fact } from "../../domain/model/table";
import { hull } from "../../domain/transform/calendar";
import { transformBatch, type Lookups } from "../../domain/transform/transform";
import type { CommittedBatch } from "./batches";
import type { RemodelRun } from "./context";

/** Transforms a batch; keeps its rejected rows and the days that it names. */
export function transformed(
  table: Dimension | Fact,
  options: { source: CommittedBatch; lookups: Lookups; run: RemodelRun },
): RecordBatch {
  const { source, lookups, run } = options;
  const { batch, rejections, days } = transformBatch(table, source, lookups);
  run.days.named = hull(run.days.named, days);
  for (const [row, rejection] of rejections) {
    run.rejected.add({
      target: table.name,
      table: table.source.name,
      commit: source.commit,
      ...rejection,
      header: source.header,
      row: source.raw(row),
    });
  }
  return batch;
}
