import type { Column } from "../../../../domain/model/columns";
import type { Model } from "../../../../domain/model/model";
import type { SourceTable } from "../../../../domain/model/source";
import type { Dimension, Fact } from "../../../../domain/model/table";

/** A mistake that a person may make in a model. */
export interface Defect {
  readonly name: string;
  /** Puts it into a valid model; undefined if the model has no place for it. */
  readonly put: (model: Model, pick: number) => Defective | undefined;
}

interface Defective {
  readonly model: Model;
  /** The names that a problem must mention. */
  readonly names: readonly string[];
}

export type Table = Dimension | Fact;

export const at = <T>(list: readonly T[], pick: number): T | undefined =>
  list[pick % Math.max(list.length, 1)];

/** Changes one of the tables. */
export const inTable =
  (
    change: (
      table: Table,
      model: Model,
    ) => { readonly table: Table; readonly names: readonly string[] } | undefined,
  ): Defect["put"] =>
  (model, pick) => {
    const table = at(model.tables, pick);
    const changed = table && change(table, model);
    if (changed === undefined) return undefined;
    return {
      model: { ...model, tables: model.tables.map((one) => (one === table ? changed.table : one)) },
      names: changed.names,
    };
  };

/** Adds a column to all feeds of one of the tables. */
export const withColumn = (make: (source: SourceTable, model: Model) => Column | undefined): Defect["put"] =>
  inTable((table, model) => {
    const made = make(table.source, model);
    if (made === undefined) return undefined;
    const add = <T extends { readonly columns: Table["columns"] }>(feed: T): T => ({
      ...feed,
      columns: { ...feed.columns, "a wrong column": made },
    });
    const { also } = table;
    return {
      table: { ...add(table), ...(also !== undefined && { also: also.map(add) }) },
      names: [table.name, "a wrong column"],
    };
  });
