import { expect } from "chai";
import type { MartType } from "../../../domain/marts/column";
import type { Mart } from "../../../domain/marts/mart";
import type { TestDatabase } from "../postgres/postgres";

/** The PostgreSQL types of the declared types of marts. */
const TYPES: Readonly<Record<MartType, string>> = {
  text: "^(text|character varying)$",
  integer: "^(integer|bigint)$",
  decimal: "^numeric$",
  date: "^date$",
  timestamp: "^timestamp with(out)? time zone$",
  boolean: "^boolean$",
};

/** Expects that the views in the schema `marts` have the declared names, meanings and types of their columns. */
export async function expectDeclaredColumns(warehouse: TestDatabase, marts: readonly Mart[]): Promise<void> {
  for (const { name, columns } of marts) {
    const described = await warehouse.query<{ name: string; meaning: string; type: string }>(
      `SELECT attname AS name, col_description(attrelid, attnum) AS meaning, atttypid::regtype::text AS type
         FROM pg_attribute WHERE attrelid = 'marts.${name}'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(
      described.map((column) => [column.name, column.meaning]),
      name,
    ).to.deep.equal(Object.entries(columns).map(([column, { meaning }]) => [column, meaning]));
    for (const { name: column, type } of described)
      expect(type, `${name}.${column}`).to.match(new RegExp(TYPES[columns[column]!.type]));
  }
}
