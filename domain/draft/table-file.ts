import type { ForeignKey } from "./catalogue";
import { fitting, holderObject, keyHolder, nameList, property, unique } from "./names";

/** Collects the parts of the file of one warehouse table. */
export interface TableFile {
  /** Adds a join that starts at the columns in `from`; returns the constant for its columns. */
  join(options: {
    readonly from: string;
    readonly kind: "innerJoin" | "leftJoin";
    readonly on: ForeignKey;
    readonly to: string;
    readonly name: string;
  }): string;
  /** Adds a column and returns its name, which is changed when it is too long or the table has it already. */
  column(name: string, code: string, note?: string): string;
  has(name: string): boolean;
  note(text: string): void;
  /** Adds a reference of several columns. */
  reference(to: string, foreignKey: ForeignKey): void;
  uses(name: "columnsOf" | "references"): void;
  finish(head: {
    readonly kind: "dimension" | "fact";
    readonly constant: string;
    readonly name: string;
    readonly description: string;
    readonly source: string;
    readonly key: readonly string[];
    readonly rest?: readonly string[];
  }): string;
}

export function tableFile(source: string): TableFile {
  const fromColumns = new Set<string>(["columnsOf"]);
  const constants = new Set<string>(["own"]);
  const joins = new Map<string, { readonly code: string; readonly to: string }>();
  const columns: string[] = [];
  const names = new Set<string>();
  const references: string[] = [];
  const contracts = (): string[] => [...new Set([source, ...[...joins.values()].map(({ to }) => to)])].sort();
  return {
    join: ({ from, kind, on, to, name }) => {
      const constant = unique(name, constants, (number) => `${name}${number}`);
      joins.set(constant, {
        code: `const ${constant} = ${from}.${kind}(${keyHolder(on.columns, on.toColumns)}, ${to});`,
        to,
      });
      return constant;
    },
    column: (name, code, note) => {
      const free = unique(fitting(name), names, (number) => fitting(`${name}_${number}`));
      if (note !== undefined) columns.push(`    // ${note}`);
      columns.push(`    ${property(free)}: ${code},`);
      return free;
    },
    has: (name) => names.has(name),
    note: (text) => columns.push(`    // ${text}`),
    reference: (to, { columns: holders, toColumns }) =>
      references.push(`{ to: ${JSON.stringify(to)}, columns: ${holderObject(holders, toColumns)} }`),
    uses: (name) => fromColumns.add(name),
    finish: ({ kind, constant, name, description, source: of, key, rest = [] }) =>
      [
        `import { ${[...fromColumns].sort().join(", ")} } from "../../model/columns";`,
        `import { ${kind} } from "../../model/table";`,
        `import { ${contracts().join(", ")} } from "../sources";`,
        "",
        `const own = columnsOf(${of});`,
        ...[...joins.values()].map(({ code }) => code),
        "",
        `export const ${constant} = ${kind}(${JSON.stringify(name)}, {`,
        `  description: ${JSON.stringify(description)},`,
        `  source: ${of},`,
        `  key: ${nameList(key)},`,
        ...rest.map((line) => `  ${line}`),
        "  columns: {",
        ...columns,
        "  },",
        ...(references.length === 0 ? [] : [`  references: [${references.join(", ")}],`]),
        "});",
        "",
      ].join("\n"),
  };
}
