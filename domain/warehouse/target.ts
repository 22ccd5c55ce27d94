import { TerminalError } from "../errors";
import { keyColumns, type WarehouseTable } from "../model/table";
import { identifier } from "../sql";

/** A table as the catalogue of the warehouse describes it. */
export interface CatalogueTable {
  readonly name: string;
  readonly columns: readonly CatalogueColumn[];
  /** The columns of each unique index without a condition. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** May a trigger change a row before it is inserted? */
  readonly changesRows: boolean;
}

/** The type of a column of the warehouse; of a domain, the type below it. */
export interface TargetType {
  /** As PostgreSQL prints it, with its modifier: `numeric(10,2)`, `time(0) without time zone`. */
  readonly declared: string;
  /** Is it one of the types of character strings? */
  readonly isText: boolean;
  /** Has it a collation by which texts that differ may be equal? */
  readonly isLoose: boolean;
}

export interface CatalogueColumn {
  readonly name: string;
  /** Must a row give it a value? NOT NULL, without a default. */
  readonly required: boolean;
  /** Does it get a value where a row gives none? */
  readonly hasDefault: boolean;
  readonly type: TargetType;
  /** Does it take no value but its own: GENERATED ALWAYS AS IDENTITY, or AS (an expression)? */
  readonly always: "identity" | "expression" | null;
}

/** What a table of the model and its columns are called in a warehouse. */
export interface TableNames {
  readonly name: string;
  /** The warehouse's column for each column of the model. */
  readonly columns: ReadonlyMap<string, string>;
  readonly surrogateKey: string | undefined;
}

/** A table of the model in a warehouse, whose names and types may differ in small ways. */
export interface TargetTable extends TableNames {
  readonly table: WarehouseTable;
  /** The type of the warehouse's column for each column of the model. */
  readonly types: ReadonlyMap<string, TargetType>;
  /** Is there a unique index on the key alone, so that a foreign key can refer to it? */
  readonly keyIsUnique: boolean;
  /** May a trigger change a row before it is inserted? */
  readonly changesRows: boolean;
}

/** `counterparty_legal_address_line2` is `counterparty_legal_address_line_2`. */
export const columnForm = (name: string): string => name.toLowerCase().replaceAll("_", "");

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
 * @throws TerminalError when columns of the model are missing, when columns must be given that the model lacks, or
 *   when the table would not take what a later commit brings; with the remedy
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

/** @throws TerminalError when a load, or a later one, would fail for what the columns of the table are */
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
    // A key is inserted with OVERRIDING SYSTEM VALUE, and never updated.
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
