import { contentOf } from "../../oracle/observation";
import type { TableDesign } from "../star/designs";
import { memberKey, referencesIn } from "../star/members";

/** The members of a dimension in the warehouse, by key. */
export function membersShown(
  table: TableDesign,
  tables: readonly TableDesign[],
): ReadonlyMap<string, string> {
  const columns = table.feeds[0]?.columns ?? [];
  return new Map(
    table.members.map((member, place) => {
      const texts = new Map(columns.map(({ name }) => [name, member.get(name)?.printed ?? null]));
      for (const { columns: names, to, instead } of referencesIn(table)) {
        const parent = tables.find(({ name }) => name === to);
        const whenNull = instead?.whenNull;
        if (parent === undefined || whenNull === undefined || names.every((name) => member.has(name)))
          continue;
        const key = memberKey(parent, whenNull);
        names.forEach((name, at) => texts.set(name, key[at] ?? null));
      }
      return [contentOf(memberKey(table, place)), contentOf([...texts.values()])] as const;
    }),
  );
}
