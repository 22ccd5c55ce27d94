import type { ColumnShape } from "../formats/columnar/arrow";
import { TerminalError } from "../errors";
import { keyColumns, type WarehouseTable } from "../model/table";
import { isPrinted, typeName } from "../model/types";
import { identifier } from "../sql";
import { takesPrinted } from "./printed-columns";

/** A table as the catalogue of the warehouse describes it. */
export interface CatalogueTable {
  readonly name: string;
  readonly columns: readonly CatalogueColumn[];
  /** The columns of each unique index without a condition. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** True if a trigger may change a row before it is inserted. */
  readonly changesRows: boolean;
}

/** The type of a column of the warehouse; for a domain, its base type. */
export interface TargetType {
  /** As PostgreSQL prints it, with its modifier: `numeric(10,2)`, `time(0) without time zone`. */
  readonly declared: string;
  /** True for the types of character strings. */
  readonly isText: boolean;
  /** True if it has a collation in which different texts may be equal. */
  readonly isLoose: boolean;
}

export interface CatalogueColumn {
  readonly name: string;
  /** True if a row must give it a value: NOT NULL, without a default. */
  readonly required: boolean;
  /** True if it gets a value when a row gives none. */
  readonly hasDefault: boolean;
  readonly type: TargetType;
  /** True if it refuses values of rows: GENERATED ALWAYS AS IDENTITY, or AS (an expression). */
  readonly always: "identity" | "expression" | null;
}

/** The names of a table of the model and its columns in a warehouse. */
export interface TableNames {
  readonly name: string;
  /** The warehouse's column for each column of the model. */
  readonly columns: ReadonlyMap<string, string>;
  readonly surrogateKey: string | undefined;
}

/** A table of the model in a warehouse, where names and types may differ slightly. */
export interface TargetTable extends TableNames {
  readonly table: WarehouseTable;
  /** The type of the warehouse's column for each column of the model. */
  readonly types: ReadonlyMap<string, TargetType>;
  /** True if a unique index on exactly the key exists, so that a foreign key can refer to it. */
  readonly keyIsUnique: boolean;
  /** True if a trigger may change a row before it is inserted. */
  readonly changesRows: boolean;
}

/** Treats `counterparty_legal_address_line2` as `counterparty_legal_address_line_2`. */
export const columnForm = (name: string): string => name.toLowerCase().replaceAll("_", "");

/** Treats `fact_purchase_orders` as `fact_purchase_order`. */
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

/** The names that a warehouse gives to a table and its columns; by default those of the model. */
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
 * @returns undefined when the warehouse has no table of that name
 * @throws TerminalError with the remedy when columns of the model are missing, when the warehouse requires columns that
 *   the model lacks, or when the table would refuse rows of a later commit
 */
export function findTarget(
  table: WarehouseTable,
  catalogue: readonly CatalogueTable[],
): TargetTable | undefined {
  const target = theOne(table.name, catalogue, tableForm);
  if (target === undefined) return undefined;
  const found = (name: string): CatalogueColumn | undefined => theOne(name, target.columns, columnForm);

  const wanted = Object.keys(table.columns);
  const columns = new Map<string, CatalogueColumn>();
  for (const name of wanted) {
    const column = found(name);
    if (column !== undefined) columns.set(name, column);
  }
  const surrogateKey = table.kind === "fact" ? found(table.surrogateKey) : undefined;
  const missing = wanted.filter((name) => !columns.has(name));
  if (table.kind === "fact" && surrogateKey === undefined) missing.unshift(table.surrogateKey);
  if (missing.length > 0) {
    const has = target.columns.map(({ name }) => name).join(", ");
    throw unfit(target, `has no column ${missing.join(", ")}; it has ${has}`);
  }
  const names = new Map([...columns].map(([name, column]) => [name, column.name]));
  const keys = keyColumns(table).map((key) => names.get(key) ?? key);
  refuseUnfit(target, { table, given: [...columns.values()], keys, surrogateKey });
  refuseOtherTypes(target, table, columns);
  return {
    table,
    name: target.name,
    columns: names,
    types: new Map([...columns].map(([name, { type }]) => [name, type])),
    surrogateKey: surrogateKey?.name,
    keyIsUnique: target.uniqueKeys.some((unique) => isSameSet(unique, keys)),
    changesRows: target.changesRows,
  };
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

const unfit = ({ name }: CatalogueTable, what: string): TerminalError =>
  new TerminalError(`the warehouse table ${name} ${what}`, { subject: { table: name } });

/** @throws TerminalError when a column would read the text of a printed value as something else */
function refuseOtherTypes(
  target: CatalogueTable,
  { columns }: WarehouseTable,
  found: ReadonlyMap<string, CatalogueColumn>,
): void {
  for (const [ours, { type }] of Object.entries<ColumnShape>(columns)) {
    const column = found.get(ours);
    if (column === undefined || !isPrinted(type) || takesPrinted(type, column.type)) continue;
    throw unfit(
      target,
      `holds ${column.name} as ${column.type.declared}, which takes no ${typeName(type)}: ` +
        `ALTER TABLE ${identifier(target.name)} ALTER COLUMN ${identifier(column.name)} TYPE ${typeName(type)}`,
    );
  }
}

/** @throws TerminalError when the columns of the table would make this or a later load fail */
function refuseUnfit(
  target: CatalogueTable,
  options: {
    readonly table: WarehouseTable;
    /** The columns that get the values of the model. */
    readonly given: readonly CatalogueColumn[];
    readonly keys: readonly string[];
    readonly surrogateKey: CatalogueColumn | undefined;
  },
): void {
  const { table, given, keys, surrogateKey } = options;
  const named = new Set(given.map(({ name }) => name));
  const wanted = target.columns.filter(({ name, required }) => required && !named.has(name));
  if (wanted.length > 0) {
    throw unfit(
      target,
      `wants a value for ${wanted.map(({ name }) => name).join(", ")}, which the model does not have: ` +
        "give the column a default, or let it be NULL",
    );
  }
  const alter = (column: CatalogueColumn, what: string): string =>
    `ALTER TABLE ${identifier(target.name)} ALTER COLUMN ${identifier(column.name)} ${what}`;
  for (const column of given) {
    if (column.always === "expression")
      throw unfit(
        target,
        `computes ${column.name} itself, and the model gives it a value too: ${alter(column, "DROP EXPRESSION")}`,
      );
    // A key is inserted with OVERRIDING SYSTEM VALUE and never updated.
    if (column.always === "identity" && table.kind === "dimension" && !keys.includes(column.name))
      throw unfit(
        target,
        `gives ${column.name} its own values, which no update may change: ${alter(column, "SET GENERATED BY DEFAULT")}`,
      );
  }
  if (surrogateKey === undefined) return;
  if (!surrogateKey.hasDefault && !target.changesRows)
    throw unfit(
      target,
      `gives ${surrogateKey.name} no value, and it numbers the versions of the fact: ` +
        alter(surrogateKey, "ADD GENERATED BY DEFAULT AS IDENTITY"),
    );
  const once = target.uniqueKeys.find((unique) => unique.every((name) => keys.includes(name)));
  if (once !== undefined)
    throw unfit(
      target,
      `takes each ${once.join(", ")} once, by a unique index, and a fact table keeps every version of a row: drop that index or constraint`,
    );
}
