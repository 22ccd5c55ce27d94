import { constant, references, type Column } from "../../../../domain/model/columns";
import { computed } from "../../../../domain/model/computed";
import type { Member } from "../../../../domain/model/members";
import { optional } from "../../../../domain/model/source";
import type { Dimension } from "../../../../domain/model/table";
import { date, text } from "../../../../domain/model/types";
import { literalOf } from "../star/literals";
import { inTable, withColumn, type Defect, type Table } from "./defect";

/** A valid member: a value for each column of the key, and for each other column that is NOT NULL. */
const rightMember = ({ key, columns }: Dimension): Member =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, { nullable, type }]) =>
      nullable && !key.includes(name) ? [] : [[name, literalOf(type).value]],
    ),
  );

/** Changes the members of a dimension. */
const withMembers = (
  make: (table: Dimension) => { readonly members: Dimension["members"]; readonly names: readonly string[] },
): Defect["put"] =>
  inTable((table) => {
    if (table.kind === "fact") return undefined;
    const { members, names } = make(table);
    return { table: { ...table, ...(members !== undefined && { members }) }, names: [table.name, ...names] };
  });

/** A day that is always NULL, or always the same. */
const noDay = computed(optional(date), {}, () => null);
const someDay = constant(date, "2024-02-29");

/** Adds one column to the first feed of a table, and a different column to the other feeds. */
const withColumns = ({ ...table }: Table, first: Column, others: Column): Table => {
  const add = (columns: Table["columns"], column: Column): Table["columns"] => ({
    ...columns,
    "a wrong column": column,
  });
  const { also } = table;
  return {
    ...table,
    columns: add(table.columns, first),
    ...(also !== undefined && {
      also: also.map((feed) => ({ ...feed, columns: add(feed.columns, others) })),
    }),
  };
};

export const MEMBER_DEFECTS: readonly Defect[] = [
  {
    name: "a member that lacks a value",
    put: withMembers(({ key }) => ({
      members: { lost: {} },
      names: ["member lost", `no value for ${key[0] ?? ""}`],
    })),
  },
  {
    name: "a member with a value of another type",
    put: withMembers((table) => {
      const [key = ""] = table.key;
      const wrong = table.columns[key]?.type.kind === "text" ? 1 : "of another type";
      return {
        members: { lost: { ...rightMember(table), [key]: wrong } },
        names: ["member lost", `has ${key} ${JSON.stringify(wrong)}`, "which is not a value of"],
      };
    }),
  },
  {
    name: "a member with a value for a column that does not exist",
    put: withMembers((table) => ({
      members: { lost: { ...rightMember(table), "no column": 1 } },
      names: ["member lost", "no column", "not one of its columns"],
    })),
  },
  {
    name: "two members with one key",
    put: withMembers((table) => ({
      members: { lost: rightMember(table), found: rightMember(table) },
      names: ["lost", "found", "the same key"],
    })),
  },
  {
    name: "a member that refers to a row outside its dimension",
    put: inTable((table) => {
      if (table.kind === "fact") return undefined;
      const column = references("dim_date", noDay);
      const referring = withColumns(table, column, column);
      return {
        table: {
          ...referring,
          kind: "dimension",
          members: { lost: { ...rightMember(table), "a wrong column": "2024-02-29" } },
        },
        names: [
          table.name,
          "member lost",
          "a wrong column",
          "a row of dim_date that is not a member of it",
          "copy the day without a reference to dim_date",
        ],
      };
    }),
  },
  ...(["whenMissing", "whenNull"] as const).map((option): Defect => ({
    name: `a member that is not declared, in ${option}`,
    put: (model, pick) => {
      const target = model.tables.find(({ kind, key }) => kind === "dimension" && key.length === 1);
      const put = withColumn(() => {
        if (target === undefined) return undefined;
        const type = target.columns[target.key[0] ?? ""]?.type ?? text;
        return references(
          target.name,
          computed(optional(type), {}, () => null),
          { [option]: "no member" },
        );
      })(model, pick);
      return put && { ...put, names: [...put.names, `the member no member of ${target?.name ?? ""}`] };
    },
  })),
  {
    name: "a member of the calendar",
    put: withColumn(() => references("dim_date", noDay, { whenMissing: "no day" })),
  },
  {
    name: "a key that may be that of a member instead",
    put: inTable((table) => {
      const [key = ""] = table.key;
      const column = table.columns[key];
      if (column === undefined) return undefined;
      const refers = references("dim_date", column, { whenMissing: "no day" });
      return {
        table: { ...table, columns: { ...table.columns, [key]: refers } },
        names: [table.name, `${key} is part of the key of ${table.name}`],
      };
    }),
  },
  {
    name: "a column of two references, one of which may be to a member",
    put: inTable((table) => {
      const column = references("dim_date", someDay, { whenNull: "no day" });
      const other = { to: table.name, columns: { [table.key[0] ?? ""]: "a wrong column" } };
      return {
        table: { ...withColumns(table, column, column), references: [...(table.references ?? []), other] },
        names: [table.name, "a wrong column is part of another reference too"],
      };
    }),
  },
  {
    name: "source tables whose rows refer to different members",
    put: inTable((table) => {
      if (table.also === undefined) return undefined;
      const refers = (member: string): Column => references("dim_date", noDay, { whenMissing: member });
      return {
        table: withColumns(table, refers("no day"), refers("another day")),
        names: [table.name, "a wrong column", "refers to other members"],
      };
    }),
  },
];
