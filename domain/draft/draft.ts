import type { Draft, DraftFile, DraftTable } from "./catalogue";
import { dimensionFile } from "./dimension-file";
import { factFile } from "./fact-file";
import { constantName } from "./names";
import { guessRoles, usableForeignKeys } from "./roles";
import { modelFile } from "./model-file";
import { sourcesFile } from "./sources-file";
import { starOf } from "./star";

/** Drafts a model of a source: contracts of its tables, dimensions and facts. */
export function draftModel(tables: readonly DraftTable[]): Draft {
  const roles = guessRoles(tables);
  const star = starOf(roles);
  const constants = new Set<string>(["dimDate", "model", "marts"]);
  const declared: { readonly constant: string; readonly file: string }[] = [];
  const files: DraftFile[] = [];
  for (const { table, role } of roles) {
    const name = star.warehouseOf.get(table.name);
    if (name === undefined) continue;
    const constant = constantName(name, constants);
    const file = name.replaceAll("_", "-");
    declared.push({ constant, file });
    const text = role === "fact" ? factFile(table, star, constant) : dimensionFile(table, star, constant);
    files.push({ path: `tables/${file}.ts`, text });
  }
  const read = roles.filter(({ role }) => role !== "left out").map(({ table }) => table);
  return {
    files: [
      { path: "sources.ts", text: sourcesFile(read, star.contractOf) },
      ...files,
      { path: "model.ts", text: modelFile(declared) },
    ],
    decisions: roles.map(({ table, role, because }) => ({ table: table.name, became: role, because })),
    open: read.flatMap((table) => openQuestions(table, star.byName)),
  };
}

/** The properties of a foreign key that a model cannot express. */
function openQuestions(table: DraftTable, byName: ReadonlyMap<string, DraftTable>): string[] {
  const usable = new Set(usableForeignKeys(table, byName));
  return table.foreignKeys
    .filter((foreignKey) => !usable.has(foreignKey))
    .map(
      ({ columns, to, toColumns }) =>
        `${table.name}.${columns.join(", ")} refers to ${to}.${toColumns.join(", ")}, which is not the primary key ` +
        `of a table of the draft: join it in SQL, or in a mart`,
    );
}
