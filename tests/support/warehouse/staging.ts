import type { ColumnShape } from "../../../domain/formats/columnar/arrow";
import { integer, printedType, type ColumnType } from "../../../domain/model/types";
import {
  findTarget,
  type CatalogueColumn,
  type CatalogueTable,
  type TargetTable,
  type TargetType,
} from "../../../domain/warehouse/target";
import {
  copyIntoStaging,
  createStaging,
  dropStaging,
  stagingName,
} from "../../../domain/warehouse/dimensions";
import { copyHeader, copyRows, copyTrailer } from "../../../domain/formats/copy-binary";
import type { WarehouseTable } from "../../../domain/model/table";
import type { Columns, Row } from "../formats/columnar";
import { copyInto } from "../postgres/copy";
import type { TestDatabase } from "../postgres/postgres";

/** A type of the model as the catalogue of a warehouse describes it. */
export const typeOf = (type: ColumnType): TargetType => ({
  declared: printedType(type),
  isText: type.kind === "text",
  isLoose: false,
});

/** An ordinary column that may be NULL. */
export const catalogueColumn = (name: string, type: TargetType): CatalogueColumn => ({
  name,
  required: false,
  hasDefault: false,
  type,
  always: null,
});

/** A table of the model in a warehouse that has it under another name, with other names for some columns. */
export function targetOf(
  table: WarehouseTable,
  options: {
    name?: string;
    renamed?: Readonly<Record<string, string>>;
    unique?: boolean;
    /** Of the columns whose types are not the model's, by the names of the model. */
    types?: Readonly<Record<string, TargetType>>;
    changesRows?: boolean;
  } = {},
): TargetTable {
  const { name = table.name, renamed = {}, unique = table.kind !== "fact", types = {} } = options;
  const their = (column: string): string => renamed[column] ?? column;
  const columns = Object.entries<ColumnShape>(table.columns).map(([column, { type }]) =>
    catalogueColumn(their(column), types[column] ?? typeOf(type)),
  );
  if (table.kind === "fact")
    columns.unshift({ ...catalogueColumn(their(table.surrogateKey), typeOf(integer)), hasDefault: true });
  const uniqueKeys = unique ? [table.key.map(their)] : [];
  const catalogue: CatalogueTable = { name, columns, uniqueKeys, changesRows: options.changesRows ?? false };
  const target = findTarget(table, [catalogue]);
  if (target === undefined) throw new Error(`${name} is not recognised as ${table.name}`);
  return target;
}

/**
 * Stages rows as the loader does, and runs statements over them, all in one transaction.
 * @returns how many rows each statement touched
 */
export async function staged(
  database: TestDatabase,
  target: TargetTable,
  work: { readonly rows: readonly Row[]; readonly statements: readonly string[] },
): Promise<number[]> {
  const columns: Columns = target.table.columns;
  const types = Object.values(columns).map(({ type }) => type);
  const encoder = new TextEncoder();
  const values = types.map((_, column) =>
    work.rows.map((cells) => {
      const value = cells[column] ?? null;
      return typeof value === "string" ? encoder.encode(value) : value;
    }),
  );
  const counts: number[] = [];
  await database.query("BEGIN");
  try {
    await database.query(createStaging(target));
    await copyInto(database, copyIntoStaging(target), [
      copyHeader(),
      ...copyRows(types, values, work.rows.length),
      copyTrailer(),
    ]);
    for (const sql of work.statements) counts.push((await database.client.query(sql)).rowCount ?? 0);
    await database.query(dropStaging(stagingName(target)));
    await database.query("COMMIT");
  } catch (error) {
    await database.query("ROLLBACK");
    throw error;
  }
  return counts;
}
