import type { Model } from "../../../domain/model/model";
import { joinsOf, referencesIn } from "../../../domain/model/table";
import { CALENDAR } from "./star/designs";
import type { PreparedTable } from "./star/prepared";
import type { SourceDesign } from "./source/sources";

/** The count of each feature that a model can have. */
export function featuresOf({
  sources,
  model,
  prepared,
}: {
  readonly sources: readonly SourceDesign[];
  readonly model: Model;
  readonly prepared: ReadonlyMap<string, PreparedTable>;
}): Record<string, number> {
  const { tables } = model;
  const references = tables.flatMap((table) =>
    referencesIn(table).map((reference) => ({ table, ...reference })),
  );
  const among = <T>(list: readonly T[], has: (one: T) => boolean): number => list.filter(has).length;
  return {
    "source tables": sources.length,
    "source tables with a key of several columns": among(sources, ({ key }) => key.length > 1),
    "source tables in a second schema": among(sources, ({ isFurther }) => isFurther),
    dimensions: among(tables, ({ kind }) => kind === "dimension"),
    facts: among(tables, ({ kind }) => kind === "fact"),
    "dimensions with joins": among(
      tables,
      (table) => table.kind === "dimension" && joinsOf(table).length > 0,
    ),
    "facts with joins": among(tables, (table) => table.kind === "fact" && joinsOf(table).length > 0),
    "joins over several levels": among(tables.flatMap(joinsOf), ({ via }) => via !== undefined),
    "tables with a condition": among(tables, ({ where }) => where !== undefined),
    "tables from two feeds": among(tables, ({ also }) => also !== undefined),
    "references to dimensions": among(references, ({ to }) => to !== CALENDAR),
    "references of several columns": among(references, ({ columns }) => columns.length > 1),
    "references to the table itself": among(references, ({ table, to }) => table.name === to),
    "dimensions with a history": among(
      tables,
      (table) => table.kind === "dimension" && table.history !== undefined,
    ),
    "dimensions with members": among(
      tables,
      (table) => table.kind === "dimension" && table.members !== undefined,
    ),
    "references to a member when a row is missing": among(
      references,
      ({ whenMissing }) => whenMissing !== undefined,
    ),
    "references to a member instead of NULL": among(references, ({ whenNull }) => whenNull !== undefined),
    "prepared tables": prepared.size,
    "prepared columns of another type": [...prepared.values()].reduce(
      (sum, { types }) => sum + types.size,
      0,
    ),
  };
}
