/** The file that lists the tables of the draft. */
export function modelFile(tables: readonly { readonly constant: string; readonly file: string }[]): string {
  const sorted = [...tables].sort((a, b) => (a.file < b.file ? -1 : 1));
  return [
    'import type { Mart } from "../marts/mart";',
    'import { dimDate } from "../model/dim-date";',
    'import type { Model } from "../model/model";',
    'import { plainReport } from "../report/plain";',
    ...sorted.map(({ constant, file }) => `import { ${constant} } from "./tables/${file}";`),
    "",
    "/** The tables of the warehouse. Raise the version when you change what they are and others read them already. */",
    "export const model: Model = {",
    "  version: 1,",
    "  calendar: dimDate,",
    `  tables: [${sorted.map(({ constant }) => constant).join(", ")}],`,
    "};",
    "",
    "/** Views that answer questions; docs/your-own-database.md shows how to declare one. */",
    "export const marts: readonly Mart[] = [];",
    "",
    "/** The business report: a table of each mart. docs/report.md shows how to declare questions and headlines. */",
    "export const report = plainReport(marts);",
    "",
  ].join("\n");
}
