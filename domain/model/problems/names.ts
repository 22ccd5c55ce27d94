import { BOOKKEEPING } from "../../warehouse/bookkeeping";
import { tableForm } from "../../warehouse/target";
import type { Model } from "../model";
import { tombstoneName, type Fact } from "../table";

/** A warehouse may call its tables a little otherwise, so names that are alike are one. */
export function nameProblems({ calendar, tables }: Model): string[] {
  const names = [
    ...BOOKKEEPING.map(({ name }) => ({ name, what: `the loader's own table ${name}` })),
    ...[calendar, ...tables].map(({ name }) => ({ name, what: `the table ${name}` })),
    ...tables.flatMap((table) => (table.kind === "fact" ? namesOf(table) : [])),
  ];
  const seen = new Map<string, string>();
  return names.flatMap(({ name, what }) => {
    const other = seen.get(tableForm(name));
    seen.set(tableForm(name), other ?? what);
    return other === undefined ? [] : [`${other} and ${what} have the same name: rename one of them`];
  });
}

/** The names of the objects that belong to a fact table. */
const namesOf = (fact: Fact): { readonly name: string; readonly what: string }[] => [
  { name: fact.currentView, what: `the current view ${fact.currentView} of ${fact.name}` },
  { name: tombstoneName(fact), what: `the table ${tombstoneName(fact)} of the deleted of ${fact.name}` },
];
