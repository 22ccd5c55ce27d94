import { columnsOf, constant, references, whenNull, type Column } from "../../../../domain/model/columns";
import { computed } from "../../../../domain/model/computed";
import { optional, sourceTable, type SourceColumns, type SourceTable } from "../../../../domain/model/source";
import { boolean, integer, text } from "../../../../domain/model/types";
import { at, inTable, withColumn, type Defect, type Table } from "./defect";
import { MEMBER_DEFECTS } from "./members";

const columnOf = (
  { columns }: SourceTable,
  has: (column: SourceColumns[string]) => boolean,
): string | undefined =>
  Object.keys(columns).find((name) => {
    const column = columns[name];
    return column !== undefined && has(column);
  });

const other = sourceTable("another source table", {
  key: ["a", "b", "c", "d", "e"],
  columns: { a: integer, b: integer, c: integer, d: integer, e: integer },
});

export const DEFECTS: readonly Defect[] = [
  ...MEMBER_DEFECTS,
  {
    name: "a column that the contract does not have",
    put: withColumn((source) => columnsOf(source).copy("there is none")),
  },
  {
    name: "an input that the contract does not have",
    put: withColumn((source) =>
      computed(optional(text), { input: columnsOf(source).copy("there is none") }, () => null),
    ),
  },
  {
    name: "the day of what is not a moment",
    put: withColumn((source) => {
      const name = columnOf(source, ({ type }) => !type.kind.startsWith("timestamp"));
      return name === undefined ? undefined : columnsOf(source).dateOf(name as never);
    }),
  },
  {
    name: "a day that is read from what is not a text",
    put: withColumn((source) => {
      const name = columnOf(source, ({ type }) => type.kind !== "text");
      return name === undefined ? undefined : columnsOf(source).parsedDate(name as never);
    }),
  },
  {
    name: "a time zone that is not known",
    put: withColumn((source) => {
      const name = columnOf(source, ({ type }) => type.kind === "timestamptz");
      return name === undefined
        ? undefined
        : columnsOf(source).timeOf(name as never, { timeZone: "Europe/Atlantis" });
    }),
  },
  {
    name: "a replacement of NULL that is not of the type",
    put: withColumn((source) => {
      const name = columnOf(source, ({ type }) => type.kind !== "text");
      return name === undefined ? undefined : whenNull("nothing", columnsOf(source).copy(name));
    }),
  },
  { name: "a constant that is not of its type", put: withColumn(() => constant(integer, 1.5)) },
  {
    name: "a join on too few columns",
    put: withColumn((source) =>
      columnsOf(source)
        .leftJoin(source.key[0] ?? "", other)
        .copy("a"),
    ),
  },
  {
    name: "a join on a column of another type",
    put: withColumn((source) => {
      const name = columnOf(source, ({ type }) => type.kind !== "boolean");
      const target = sourceTable("another source table", { key: "a", columns: { a: boolean } });
      return name === undefined ? undefined : columnsOf(source).innerJoin(name, target).copy("a");
    }),
  },
  {
    name: "a reference to a table that does not exist",
    put: withColumn((source) => references("no dimension", columnsOf(source).copy(source.key[0] ?? ""))),
  },
  {
    name: "a reference to a fact",
    put: (model, pick) => {
      const target = model.tables.find(({ kind }) => kind === "fact");
      if (target === undefined) return undefined;
      return withColumn((source) => references(target.name, columnsOf(source).copy(source.key[0] ?? "")))(
        model,
        pick,
      );
    },
  },
  {
    name: "a reference to a key of another type",
    put: withColumn(() => references("dim_date", constant(integer, 1))),
  },
  {
    name: "tables that refer to each other in a circle",
    put: (model) => {
      const dimensions = model.tables.filter(({ kind, also }) => kind === "dimension" && also === undefined);
      const [one, two] = dimensions;
      if (one === undefined || two === undefined) return undefined;
      const refer = (from: Table, to: Table): Table => {
        const added = to.key.map((name, place): [string, Column] => [
          `to the other ${place}`,
          computed(optional(to.columns[name]?.type ?? text), {}, () => null),
        ]);
        const holders = added.map(([name], place) => [to.key[place] ?? "", name] as const);
        const reference = { to: to.name, columns: Object.fromEntries(holders) };
        return {
          ...from,
          columns: { ...from.columns, ...Object.fromEntries(added) },
          references: [...(from.references ?? []), reference],
        };
      };
      const changed = new Map([
        [one, refer(one, two)],
        [two, refer(two, one)],
      ]);
      return {
        model: { ...model, tables: model.tables.map((table) => changed.get(table) ?? table) },
        names: [one.name, two.name],
      };
    },
  },
  {
    name: "a key that lacks a part",
    put: inTable((table) => ({ table: { ...table, key: table.key.slice(1) }, names: [table.name] })),
  },
  {
    name: "a key that is not a column",
    put: inTable((table) => ({
      table: { ...table, key: ["there is none"] },
      names: [table.name, "there is none"],
    })),
  },
  {
    name: "a condition that is not boolean",
    put: inTable((table) => ({
      table: { ...table, where: constant(integer, 1) },
      names: [table.name, "condition"],
    })),
  },
  {
    name: "two source tables whose keys may be equal",
    put: inTable((table) => {
      if (table.also !== undefined) return undefined;
      const { source, columns } = table;
      return { table: { ...table, also: [{ source, columns }] }, names: [table.name] };
    }),
  },
  {
    name: "two tables of one name",
    put: (model, pick) => {
      const table = at(model.tables, pick);
      return table && { model: { ...model, tables: [...model.tables, table] }, names: [table.name] };
    },
  },
  {
    name: "a table that is called as one of the loader",
    put: inTable((table) => ({ table: { ...table, name: "marble_ledger" }, names: ["marble_ledger"] })),
  },
  {
    name: "a surrogate key that is one of the columns",
    put: inTable((table) =>
      table.kind === "dimension"
        ? undefined
        : { table: { ...table, surrogateKey: table.key[0] ?? "" }, names: [table.name, table.key[0] ?? ""] },
    ),
  },
  {
    name: "two contracts of one source table",
    put: inTable((table, { tables }) => {
      const { source } = table;
      const isShared = tables.some((one) => one !== table && one.source === source);
      return isShared ? { table: { ...table, source: { ...source } }, names: [source.name] } : undefined;
    }),
  },
  {
    name: "a key of a contract that may be NULL",
    put: inTable(({ source, ...table }) => {
      const [name = ""] = source.key;
      const column = source.columns[name];
      if (column === undefined) return undefined;
      const columns = { ...source.columns, [name]: { ...column, nullable: true } };
      return { table: { ...table, source: { ...source, columns } }, names: [source.name, name] };
    }),
  },
  ...["valid_from", "VALIDTO", "commit"].map((wrong): Defect => ({
    name: `the column ${wrong} in a dimension that keeps its history`,
    put: inTable((table) => {
      if (table.kind === "fact") return undefined;
      const add = <T extends { readonly columns: Table["columns"] }>(feed: T): T => ({
        ...feed,
        columns: { ...feed.columns, [wrong]: constant(integer, 1) },
      });
      const { also } = table;
      return {
        table: { ...add(table), history: "any history", ...(also !== undefined && { also: also.map(add) }) },
        names: [table.name, wrong, "any history"],
      };
    }),
  })),
  ...["x".repeat(64), "é".repeat(32), "", "with\0zero", "ctid"].map((wrong): Defect => ({
    name: `the name ${JSON.stringify(wrong)} of a column`,
    put: inTable((table) => {
      const add = <T extends { readonly columns: Table["columns"] }>(feed: T): T => ({
        ...feed,
        columns: { ...feed.columns, [wrong]: constant(integer, 1) },
      });
      const { also } = table;
      return {
        table: { ...add(table), ...(also !== undefined && { also: also.map(add) }) },
        names: [wrong],
      };
    }),
  })),
  ...["x".repeat(64), "é".repeat(32), "", "with\0zero"].flatMap((wrong): Defect[] => [
    {
      name: `the name ${JSON.stringify(wrong)} of a table`,
      put: inTable((table) => ({ table: { ...table, name: wrong }, names: [wrong] })),
    },
    {
      name: `the name ${JSON.stringify(wrong)} of a view`,
      put: inTable((table) =>
        table.kind === "fact" ? { table: { ...table, currentView: wrong }, names: [wrong] } : undefined,
      ),
    },
    {
      name: `the name ${JSON.stringify(wrong)} of a history`,
      put: inTable((table) =>
        table.kind === "dimension" ? { table: { ...table, history: wrong }, names: [wrong] } : undefined,
      ),
    },
    {
      name: `the name ${JSON.stringify(wrong)} of a surrogate key`,
      put: inTable((table) =>
        table.kind === "fact" ? { table: { ...table, surrogateKey: wrong }, names: [wrong] } : undefined,
      ),
    },
  ]),
];
