/**
 * What the lake calls a table of the source: its name, or, in a schema after the first, `production.product`.
 * @param schemas those that are read, in order
 */
export const nameInLake = (
  { schema, table }: { readonly schema: string; readonly table: string },
  schemas: readonly string[],
): string => (schema === schemas[0] ? table : `${schema}.${table}`);

/** The schemas that are read, for people. */
export const describeSchemas = (schemas: readonly string[]): string =>
  schemas.length === 1 ? `the schema ${schemas.join()}` : `the schemas ${schemas.join(", ")}`;

/** @param text names separated by commas; empty for none */
export const parseSchemas = (text: string): readonly string[] =>
  text === "" ? [] : text.split(",").map((name) => name.trim());
