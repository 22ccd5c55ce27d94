import fc from "fast-check";
import { text, type Kind } from "../../../../domain/model/types";
import { alsoOf, conditionOf, drawnColumn, expressionOf, readOf, type DrawnColumn } from "./columns";
import {
  CALENDAR,
  type ColumnDesign,
  type FeedDesign,
  type InsteadDesign,
  type TableDesign,
} from "./designs";
import type { Expression } from "./expressions";
import { insteadOf, membersOf } from "./members";
import { oneOf, looseForm, drawnName, nameGiver, type DrawnName, type NameGiver } from "../source/names";
import { dimensionOf, inOrderOf, referenceOf, type Target } from "./references";
import type { SourceDesign } from "../source/sources";

const pick = fc.nat(999);

/** A drawn warehouse table. Numbers select, modulo the number of choices. */
interface DrawnTable {
  readonly name: DrawnName;
  readonly view: DrawnName;
  readonly surrogate: DrawnName;
  readonly isFact: boolean;
  readonly source: number;
  readonly keyNames: readonly DrawnName[];
  readonly reverseKey: boolean;
  readonly refers: boolean;
  readonly columns: readonly DrawnColumn[];
  readonly where: number | null;
  /** The number of members of a dimension. */
  readonly members: number;
  /** The member to which a reference refers instead. */
  readonly instead: number;
  readonly keepsHistory: boolean;
  /** The table has a second feed, distinguished by a constant in the key. */
  readonly also: number | null;
  /** The source table of the second feed; the same by default. */
  readonly alsoSource: number | null;
}

const drawnTable: fc.Arbitrary<DrawnTable> = fc.record({
  name: drawnName,
  view: drawnName,
  surrogate: drawnName,
  isFact: fc.boolean(),
  source: pick,
  keyNames: fc.array(drawnName, { minLength: 1, maxLength: 4 }),
  reverseKey: fc.boolean(),
  refers: fc.nat(3).map((drawn) => drawn > 0),
  columns: fc.array(drawnColumn, { maxLength: 5 }),
  where: oneOf(3, pick),
  also: oneOf(4, pick),
  alsoSource: fc.option(pick, { nil: null, freq: 3 }),
  members: fc.nat(2),
  instead: pick,
  keepsHistory: fc.boolean(),
});

export const drawnTables = fc.array(drawnTable, { minLength: 1, maxLength: 5 });

const HISTORY_COLUMNS = ["valid_from", "valid_to", "commit"];

/** The columns that a history adds. No column of its dimension may have one of these names. */
const formInHistory = (name: string): string =>
  HISTORY_COLUMNS.map(looseForm).includes(looseForm(name)) ? looseForm(name) : name;

/** Dimensions come first. A table refers only to earlier tables and to itself. */
export function designTables(drawn: readonly DrawnTable[], sources: readonly SourceDesign[]): TableDesign[] {
  const names = nameGiver(looseForm, [
    CALENDAR,
    ...["ledger", "batch", "deletion", "orphan", "source", "lineage", "table", "placeholder"].map(
      (name) => `marble_${name}`,
    ),
  ]);
  const tables: TableDesign[] = [];
  const ordered = [...drawn.filter(({ isFact }) => !isFact), ...drawn.filter(({ isFact }) => isFact)];
  for (const table of ordered)
    tables.push(designTable(table, { names, index: tables.length, sources, tables }));
  return tables;
}

interface Design {
  readonly names: NameGiver;
  readonly index: number;
  readonly sources: readonly SourceDesign[];
  readonly tables: readonly TableDesign[];
}

function designTable(drawn: DrawnTable, design: Design): TableDesign {
  const { names, index, sources, tables } = design;
  const kind = drawn.isFact ? "fact" : "dimension";
  const name = names.give(drawn.name, `${kind === "fact" ? "fact" : "dim"}_${index}`);
  // Dimensions of many source tables, so that others can refer to them.
  const at = (kind === "dimension" && drawn.source % 4 > 0 ? index : drawn.source) % sources.length;
  const source = sources[at];
  if (source === undefined) throw new RangeError("there is no source table");
  const keepsHistory = kind === "dimension" && drawn.keepsHistory;
  const columnNames = keepsHistory ? nameGiver(formInHistory, HISTORY_COLUMNS) : nameGiver();
  const surrogateKey = columnNames.give(drawn.surrogate, "record_number");
  const keyColumns = source.key.map((column, place): ColumnDesign => {
    const given = columnNames.give(drawn.keyNames[place % drawn.keyNames.length] ?? null, `key_${place}`);
    return { name: given, expression: readOf(sources, at, [], column), whenNull: false };
  });
  const twice = drawn.also !== null;
  const other = twice && drawn.alsoSource !== null ? drawn.alsoSource % sources.length : at;
  const hasOtherSource = other !== at;
  // A further source table has other rows, so the table refers to the calendar only.
  const mayRefer = drawn.refers && !hasOtherSource;
  const constant: ColumnDesign = {
    name: columnNames.give(null, "origin"),
    expression: { is: "constant", type: text, nullable: false },
    whenNull: false,
  };
  // The key of the further source table. Each source table has constants for the key of the other.
  const otherKey = (hasOtherSource ? (sources[other]?.key ?? []) : []).map((column, place): ColumnDesign => {
    const read = readOf(sources, other, [], column);
    const given = columnNames.give(null, `other_key_${place}`);
    return { name: given, expression: { is: "constant", type: read.type, nullable: false }, whenNull: false };
  });
  const keysAreDisjoint = hasOtherSource && isNeverConstant(sources, at) && drawn.reverseKey;
  const own = [...(twice && !keysAreDisjoint ? [constant] : []), ...keyColumns, ...otherKey];
  const key = (drawn.reverseKey ? [...own].reverse() : own).map((column) => column.name);
  const itself: Target = { name, kind, key, feeds: [{ source: at, columns: own }] };
  const targets: readonly Target[] = kind === "dimension" && !twice ? [...tables, itself] : tables;
  const references: { columns: readonly string[]; to: string }[] = [];
  const others: ColumnDesign[] = [];
  if (mayRefer)
    for (const [place, reference] of source.references.entries()) {
      const to = dimensionOf(reference, targets, sources, source);
      if (to === undefined) continue;
      const columns = reference.columns.map((column, part) => {
        const inKey = keyColumns.find(
          ({ expression }) => expression.is === "read" && expression.column === column,
        );
        if (inKey !== undefined) return inKey.name;
        const made = columnNames.give(null, `ref_${place}_${part}`);
        others.push({ name: made, expression: readOf(sources, at, [], column), whenNull: false });
        return made;
      });
      references.push({ columns: inOrderOf(to, columns, reference, sources), to: to.name });
    }
  for (const [place, column] of drawn.columns.entries()) {
    const expression = expressionOf(column, at, sources);
    const given = columnNames.give(column.name, `col_${place}`);
    const wanted = column.refers ? referenceOf(expression, targets, sources, at) : undefined;
    const refers = hasOtherSource && wanted !== CALENDAR ? undefined : wanted;
    others.push({
      name: given,
      expression,
      whenNull: column.whenNull,
      ...(refers !== undefined && { refers }),
    });
  }
  // The members of the table itself are known only after its columns.
  const wished = kind === "dimension" ? drawn.members : 0;
  const instead = (to: string, of: readonly string[], at: number): InsteadDesign | undefined => {
    const target = tables.find((table) => table.name === to);
    return insteadOf(drawn.instead + at, {
      columns: of,
      key,
      members: target?.members.length ?? (to === name ? wished : 0),
    });
  };
  const single = references.filter(({ columns }) => columns.length === 1);
  const columns = inObjectOrder([...own, ...others]).map((column) => {
    const refers = single.find((reference) => reference.columns[0] === column.name)?.to ?? column.refers;
    return refers === undefined ? column : { ...column, refers };
  });
  const made = withMembers(
    {
      name,
      kind,
      key,
      feeds: [{ source: at, columns }],
      keysAreDisjoint,
      references: references.filter((reference) => reference.columns.length > 1),
      surrogateKey,
      currentView: "",
    },
    { wished, instead, tables },
  );
  const feed = (where: number | null, from = at): FeedDesign => {
    const condition = where === null ? undefined : conditionOf(where, from, sources);
    const columns = from === at ? made.columns : made.columns.map(ofOther);
    return { source: from, columns, ...(condition !== undefined && { where: condition }) };
  };
  const ofOther = (column: ColumnDesign, place: number): ColumnDesign => {
    const part = otherKey.findIndex((one) => one.name === column.name);
    const { type } = column.expression;
    const isOwnKey = own.some((one) => one.name === column.name);
    const expression: Expression =
      part >= 0
        ? readOf(sources, other, [], sources[other]?.key[part] ?? "")
        : isOwnKey
          ? { is: "constant", type, nullable: false }
          : alsoOf(column, place + (drawn.also ?? 0), { start: other, sources });
    return { ...column, expression };
  };
  return {
    name,
    kind,
    key,
    feeds: twice ? [feed(drawn.where), feed(drawn.also, other)] : [feed(drawn.where)],
    keysAreDisjoint,
    references: made.references,
    members: made.members,
    ...(keepsHistory && { history: names.give(drawn.view, `history_${index}`) }),
    surrogateKey,
    currentView: kind === "fact" ? names.give(drawn.view, `current_${index}`) : "",
  };
}

/** The kinds of keys of which no value is equal to the constant of their type. */
const DISTINCT: readonly Kind[] = ["integer", "text", "date", "time", "timestamp", "timestamptz"];

/** True if no key of a row in the source table has the constants of its types. */
const isNeverConstant = (sources: readonly SourceDesign[], at: number): boolean =>
  (sources[at]?.key ?? []).some((name) => DISTINCT.includes(readOf(sources, at, [], name).type.kind));

/** Lets references name members. If the table can have none, its references to itself name none. */
function withMembers(
  table: Omit<TableDesign, "members">,
  options: {
    readonly wished: number;
    readonly instead: (to: string, of: readonly string[], at: number) => InsteadDesign | undefined;
    readonly tables: readonly TableDesign[];
  },
): Pick<TableDesign, "members" | "references"> & Pick<FeedDesign, "columns"> {
  const { wished, instead, tables } = options;
  const choose = (members: number) => {
    const chosen = (to: string, of: readonly string[], at: number): { instead?: InsteadDesign } => {
      const found = to === table.name && members === 0 ? undefined : instead(to, of, at);
      return found === undefined ? {} : { instead: found };
    };
    const columns = (table.feeds[0]?.columns ?? []).map((column, at) =>
      column.refers === undefined ? column : { ...column, ...chosen(column.refers, [column.name], at) },
    );
    const references = table.references.map((reference, at) => ({
      ...reference,
      ...chosen(reference.to, reference.columns, at),
    }));
    return { columns, references };
  };
  const some = choose(wished);
  const feeds = table.feeds.map((feed) => ({ ...feed, columns: some.columns }));
  const members = membersOf({ ...table, feeds, references: some.references }, wished, tables);
  return members.length > 0 ? { ...some, members } : { ...choose(0), members };
}

/** A declaration is an object, so names such as "7" come first in it. */
function inObjectOrder(columns: readonly ColumnDesign[]): ColumnDesign[] {
  const order = Object.keys(Object.fromEntries(columns.map(({ name }) => [name, 0])));
  return [...columns].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
