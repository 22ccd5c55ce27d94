import { TerminalError } from "../errors";
import type { WarehouseTable } from "../model/table";

/** A table as the catalogue of the warehouse describes it. */
export interface CatalogueTable {
  readonly name: string;
  readonly columns: readonly CatalogueColumn[];
  /** The columns of each unique index without a condition. */
  readonly uniqueKeys: readonly (readonly string[])[];
}

export interface CatalogueColumn {
  readonly name: string;
  /** Must a row give it a value? NOT NULL, without a default. */
  readonly required: boolean;
}

/** What a table of the model and its columns are called in a warehouse. */
export interface TableNames {
  readonly name: string;
  /** The warehouse's column for each column of the model. */
  readonly columns: ReadonlyMap<string, string>;
  readonly surrogateKey: string | undefined;
}

/** Where a table of the model stands in a warehouse, whose names may differ in small ways. */
export interface TargetTable extends TableNames {
  readonly table: WarehouseTable;
  /** Is there a unique index on the key alone, so that a conflict can be named? */
  readonly keyIsUnique: boolean;
}

/** `counterparty_legal_address_line2` is `counterparty_legal_address_line_2`. */
const columnForm = (name: string): string => name.toLowerCase().replaceAll("_", "");

/** And `fact_purchase_orders` is `fact_purchase_order`. */
export const tableForm = (name: string): string => columnForm(name).replace(/s$/, "");

function theOne<T extends { readonly name: string }>(
  name: string,
  candidates: readonly T[],
  form: (name: string) => string,
): T | undefined {
  const exact = candidates.find((candidate) => candidate.name === name);
  if (exact !== undefined) return exact;
  const alike = candidates.filter((candidate) => form(candidate.name) === form(name));
  if (alike.length > 1) {
    throw new TerminalError(
      `the warehouse has ${alike.map((one) => one.name).join(" and ")}: which of them is ${name}?`,
    );
  }
  return alike[0];
}

/** The names that a warehouse gives to a table and its columns; the model's own where it has none. */
export function namesIn(table: WarehouseTable, catalogue: readonly CatalogueTable[]): TableNames {
  const target = theOne(table.name, catalogue, tableForm);
  const found = (name: string): string => theOne(name, target?.columns ?? [], columnForm)?.name ?? name;
  return {
    name: target?.name ?? table.name,
    columns: new Map(Object.keys(table.columns).map((name) => [name, found(name)])),
    surrogateKey: table.kind === "fact" ? found(table.surrogateKey) : undefined,
  };
}

/**
 * Finds a table of the model among those of the warehouse.
 * @returns undefined when the warehouse has none of that name
 * @throws TerminalError when columns of the model are missing, or columns must be given that the model lacks
 */
export function findTarget(
  table: WarehouseTable,
  catalogue: readonly CatalogueTable[],
): TargetTable | undefined {
  const target = theOne(table.name, catalogue, tableForm);
  if (target === undefined) return undefined;
  const found = (name: string): string | undefined => theOne(name, target.columns, columnForm)?.name;

  const wanted = Object.keys(table.columns);
  const columns = new Map<string, string>();
  for (const name of wanted) {
    const column = found(name);
    if (column !== undefined) columns.set(name, column);
  }
  const surrogateKey = table.kind === "fact" ? found(table.surrogateKey) : undefined;
  const missing = wanted.filter((name) => !columns.has(name));
  if (table.kind === "fact" && surrogateKey === undefined) missing.unshift(table.surrogateKey);
  if (missing.length > 0) {
    const has = target.columns.map(({ name }) => name).join(", ");
    throw new TerminalError(
      `the warehouse table ${target.name} has no column ${missing.join(", ")}; it has ${has}`,
      {
        subject: { table: target.name },
      },
    );
  }
  const given = new Set(columns.values());
  const unknown = target.columns
    .filter(({ name, required }) => required && !given.has(name))
    .map(({ name }) => name);
  if (unknown.length > 0) {
    throw new TerminalError(
      `the warehouse table ${target.name} wants a value for ${unknown.join(", ")}, which the model does not have: ` +
        "give the column a default, or let it be NULL",
      { subject: { table: target.name } },
    );
  }
  const key = columns.get(table.key);
  const keyIsUnique = target.uniqueKeys.some((unique) => unique.length === 1 && unique[0] === key);
  return { table, name: target.name, columns, surrogateKey, keyIsUnique };
}
