import { messageOf } from "../errors";
import { BOOKKEEPING } from "../warehouse/bookkeeping";
import { tableForm } from "../warehouse/target";
import type { Column, Origin } from "./columns";
import { loadOrder, type Model } from "./model";
import type { SourceTable } from "./source";
import { tombstoneName, type Calendar, type Dimension, type Fact } from "./table";
import { typeName } from "./types";

/**
 * What is wrong with a model, all of it, each with the table and the remedy; nothing when it can be used. What a
 * commit once has in the log can only be mended by a new version of the model, so the program asks before it
 * declares anything. Types say some of it too, where they are checked.
 */
export function modelProblems(model: Model): readonly string[] {
  const tables = [model.calendar, ...model.tables];
  const problems = [
    ...tables.flatMap((table) => (has(table.columns, table.key) ? [] : [keyIsMissing(table)])),
    ...model.tables.flatMap((table) => [...keyProblems(table), ...columnProblems(table, model)]),
    ...nameProblems(model),
    ...contractProblems(model),
  ];
  // Without all tables there is no order.
  return problems.length > 0 ? problems : orderProblems(model);
}

const has = (columns: object, name: string): boolean => Object.hasOwn(columns, name);
const listed = (columns: object): string => Object.keys(columns).join(", ");

const keyIsMissing = ({ name, key, columns }: Dimension | Fact | Calendar): string =>
  `${name}: its key ${key} is none of its columns; name one of ${listed(columns)}`;

/** Deletes and later versions are found by the key of the source. */
function keyProblems(table: Dimension | Fact): string[] {
  const { name, key, source, columns } = table;
  const problems: string[] = [];
  const origin = columns[key]?.origin;
  if (origin !== undefined && (origin.kind !== "copy" || origin.join || origin.column !== source.key)) {
    problems.push(
      `${name}.${key} is the key, but no copy of ${source.name}.${source.key}, the key of its source: make it that`,
    );
  }
  if (table.kind === "fact" && has(columns, table.surrogateKey)) {
    problems.push(
      `${name}: its surrogate key ${table.surrogateKey} is one of its columns too, but the warehouse gives its values: ` +
        "call one of them otherwise",
    );
  }
  return problems;
}

function columnProblems(table: Dimension | Fact, model: Model): string[] {
  return Object.entries(table.columns).flatMap(([name, column]) => {
    const problems = [...originProblems(table.source, column.origin), ...referenceProblems(column, model)];
    return problems.map((problem) => `${table.name}.${name} ${problem}`);
  });
}

function originProblems(source: SourceTable, { column, join }: Origin): string[] {
  const from = join?.to ?? source;
  const isRead = has(from.columns, column);
  return [
    ...(isRead
      ? []
      : [`is made from ${from.name}.${column}, which the contract does not have; ${add(from)}`]),
    ...(join === undefined ? [] : joinProblems(source, join.on)),
  ];
}

const add = ({ columns }: SourceTable): string => `add it there, or name one of ${listed(columns)}`;

function joinProblems(source: SourceTable, on: string): string[] {
  const column = source.columns[on];
  if (column === undefined)
    return [`is joined on ${source.name}.${on}, which the contract does not have; ${add(source)}`];
  if (!column.nullable) return [];
  return [
    `is joined on ${source.name}.${on}, which may be NULL, and only a column that is NOT NULL can be joined on: ` +
      "declare it required in the contract, rows with NULL are then rejected, or leave the joined columns out",
  ];
}

function referenceProblems({ references, type }: Column, { calendar, tables }: Model): string[] {
  if (references === undefined) return [];
  const parents = [calendar, ...tables.filter((table) => table.kind === "dimension")];
  const parent = parents.find(({ name }) => name === references);
  if (parent === undefined) {
    return [
      `refers to ${references}, which is no dimension of the model: ` +
        `add that to the list of tables, or refer to one of ${parents.map(({ name }) => name).join(", ")}`,
    ];
  }
  const key = parent.columns[parent.key];
  if (key === undefined || typeName(key.type) === typeName(type)) return [];
  return [
    `is ${typeName(type)}, but ${references}.${parent.key}, to which it refers, is ${typeName(key.type)}: ` +
      "give both the same type, or leave the reference out",
  ];
}

/** A warehouse may call its tables a little otherwise, so names that are alike are one. */
function nameProblems({ calendar, tables }: Model): string[] {
  const names = [
    ...BOOKKEEPING.map(({ name }) => ({ name, what: `the loader's own table ${name}` })),
    ...[calendar, ...tables].map(({ name }) => ({ name, what: `the table ${name}` })),
    ...tables.flatMap((table) => (table.kind === "fact" ? namesOf(table) : [])),
  ];
  const seen = new Map<string, string>();
  return names.flatMap(({ name, what }) => {
    const other = seen.get(tableForm(name));
    seen.set(tableForm(name), other ?? what);
    return other === undefined ? [] : [`${other} and ${what} are called alike: rename one of them`];
  });
}

/** What a fact table brings along, under names of its own. */
const namesOf = (fact: Fact): { readonly name: string; readonly what: string }[] => [
  { name: fact.currentView, what: `the current view ${fact.currentView} of ${fact.name}` },
  { name: tombstoneName(fact), what: `the table ${tombstoneName(fact)} of the deleted of ${fact.name}` },
];

/** Of two contracts of one source table, one would not be kept. */
function contractProblems({ tables }: Model): string[] {
  const contracts = new Set<SourceTable>(
    tables.flatMap(({ source, columns }) => [
      source,
      ...Object.values(columns).flatMap(({ origin }) => origin.join?.to ?? []),
    ]),
  );
  const names = [...contracts].map(({ name }) => name);
  return [
    ...[...contracts].flatMap(({ name, key, columns }) =>
      has(columns, key)
        ? []
        : [`${name}: the key ${key} of its contract is none of its columns; name one of ${listed(columns)}`],
    ),
    ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
      (name) => `${name} has two contracts: declare the source table once, with all columns that are read`,
    ),
  ];
}

function orderProblems(model: Model): string[] {
  try {
    loadOrder(model);
    return [];
  } catch (error) {
    return [`${messageOf(error)}: leave one of the references out`];
  }
}
