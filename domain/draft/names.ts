/** Names in a draft: PostgreSQL allows any, TypeScript does not. */

/** A name split into words, without separators. */
const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");

/** `Order Details` becomes `order_details`. */
export const snakeCase = (name: string): string =>
  wordsOf(name)
    .map((word) => word.toLowerCase())
    .join("_") || "table";

const RESERVED = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for function " +
    "if import in instanceof new null return super switch this throw true try typeof var void while with yield let " +
    "static await implements interface package private protected public arguments eval"
  ).split(" "),
);

/** A name for a constant, which is added to `taken`. */
export function constantName(name: string, taken: Set<string>): string {
  const [first = "table", ...rest] = wordsOf(name);
  const camel =
    first.toLowerCase() + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const safe =
    /^[0-9]/.test(camel) || RESERVED.has(camel) ? `${/^[0-9]/.test(camel) ? "t" : ""}${camel}Table` : camel;
  return unique(safe, taken, (number) => `${safe}${number}`);
}

/** The name itself, or the first free numbered variant. It is added to `taken`. */
export function unique(name: string, taken: Set<string>, numbered: (number: number) => string): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = numbered(number);
  taken.add(free);
  return free;
}

/** A name as a property of an object. */
export const property = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);

/** One name or a list, as code. */
export const nameList = (names: readonly string[]): string =>
  names.length === 1 ? JSON.stringify(names[0]) : `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;

/** The columns that hold the key of another table, as code: the column alone, or an object with the column for each part. */
export const keyHolder = (columns: readonly string[], toColumns: readonly string[]): string =>
  columns.length === 1 ? JSON.stringify(columns[0]) : holderObject(columns, toColumns);

/** The same, for a key of any number of columns. */
export const holderObject = (columns: readonly string[], toColumns: readonly string[]): string =>
  `{ ${columns.map((name, place) => `${property(toColumns[place] ?? "")}: ${JSON.stringify(name)}`).join(", ")} }`;

/** PostgreSQL truncates longer names. */
const MOST_BYTES = 63;

/** The name without letters from its middle, so that PostgreSQL keeps all of it. */
export function fitting(name: string): string {
  const letters = Array.from(name);
  while (new TextEncoder().encode(letters.join("")).length > MOST_BYTES)
    letters.splice(Math.floor(letters.length / 2), 1);
  return letters.join("");
}

/** The name of a table of the warehouse, which is added to `taken`. */
export function warehouseName(prefix: string, name: string, taken: Set<string>): string {
  // Leaves space for the suffixes of the engine, such as `_deleted`.
  const whole = `${prefix}_${snakeCase(name)}`.slice(0, MOST_BYTES - 12);
  return unique(whole, taken, (number) => `${whole}_${number}`);
}
