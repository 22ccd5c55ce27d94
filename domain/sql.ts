/** An identifier as SQL wants it quoted, whatever it holds. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table's name within its schema. */
export const qualified = (schema: string, name: string): string =>
  `${identifier(schema)}.${identifier(name)}`;

/** A string literal; `E''` so that backslashes mean themselves whatever the server's settings. */
export const literal = (value: string): string =>
  `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
