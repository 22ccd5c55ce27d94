import type { DraftTable } from "./catalogue";
import { draftTypeIn } from "./column-types";
import { nameList, property } from "./names";

/** The contracts of the tables, as `sources.ts`. */
export function sourcesFile(tables: readonly DraftTable[], constantOf: ReadonlyMap<string, string>): string {
  const types = new Set<string>();
  const helpers = new Set<string>(["sourceTable"]);
  const contracts = tables.map((table) => {
    const lines = table.columns.flatMap((column) => {
      const type = draftTypeIn(table, column);
      if (type === undefined) return [`    // ${column.name}, of type ${column.type}, is left out.`];
      for (const name of type.uses) types.add(name);
      const note = type.note === undefined ? [] : [`    // ${type.note}`];
      return [...note, `    ${property(column.name)}: ${declaration(column.nullable, type, helpers)},`];
    });
    return [
      ...comment(table.comment),
      `export const ${constantOf.get(table.name) ?? ""} = sourceTable(${JSON.stringify(table.name)}, {`,
      `  key: ${nameList(table.key)},`,
      "  columns: {",
      ...lines,
      "  },",
      "});",
    ].join("\n");
  });
  return [
    `import { ${[...helpers].sort().join(", ")} } from "../model/source";`,
    `import { ${[...types].sort().join(", ")} } from "../model/types";`,
    "",
    "/**",
    " * The source contracts: the columns that the model reads, with their types. Delete a column that you do not need; the",
    " * lake keeps it anyway.",
    " */",
    "",
    contracts.join("\n\n"),
    "",
  ].join("\n");
}

function declaration(
  nullable: boolean,
  { code, accepts }: { readonly code: string; readonly accepts?: string },
  helpers: Set<string>,
): string {
  if (!nullable && accepts === undefined) return code;
  const helper = nullable ? "optional" : "required";
  helpers.add(helper);
  return `${helper}(${code}${accepts === undefined ? "" : `, { accepts: [${JSON.stringify(accepts)}] }`})`;
}

/** A comment from the catalogue, made safe for use in a code comment. */
const comment = (text: string | undefined): readonly string[] =>
  text === undefined || text.trim() === ""
    ? []
    : [`/** ${text.replaceAll("*/", "* /").replace(/\s+/g, " ").trim()} */`];
