import type { Mart } from "../../../domain/marts/mart";
import type { Model } from "../../../domain/model/model";
import type { Pipeline } from "./pipeline";

/** A pipeline whose stages work on a model and its marts, unless a call of a stage names others. */
export function withModel(
  pipeline: Pipeline,
  { model, marts = [] }: { readonly model: Model; readonly marts?: readonly Mart[] },
): Pipeline {
  const ingest: Pipeline["ingest"] = (options) => pipeline.ingest({ model, ...options });
  const process: Pipeline["process"] = (options) => pipeline.process({ model, ...options });
  const load: Pipeline["load"] = (options) => pipeline.load({ model, marts, ...options });
  return {
    ...pipeline,
    ingest,
    process,
    load,
    run: async () => {
      await ingest();
      await process();
      await load();
    },
  };
}
