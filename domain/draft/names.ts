/** Names in a draft: PostgreSQL allows any, TypeScript does not. */

/** A name as words, without what separates them. */
const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");

/** `Order Details` is `order_details`. */
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

/** A name for a constant; `taken` gets it. */
export function constantName(name: string, taken: Set<string>): string {
  const [first = "table", ...rest] = wordsOf(name);
  const camel =
    first.toLowerCase() + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const safe =
    /^[0-9]/.test(camel) || RESERVED.has(camel) ? `${/^[0-9]/.test(camel) ? "t" : ""}${camel}Table` : camel;
  return unique(safe, taken, (number) => `${safe}${number}`);
}

/** The name itself, or the first numbered one that is free; `taken` gets it. */
export function unique(name: string, taken: Set<string>, numbered: (number: number) => string): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = numbered(number);
  taken.add(free);
  return free;
}

/** A name as the property of an object. */
export const property = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);

/** Names in code: one, or a list. */
export const nameList = (names: readonly string[]): string =>
  names.length === 1 ? JSON.stringify(names[0]) : `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;

/** PostgreSQL cuts a longer name. */
const MOST_BYTES = 63;

/** The name of a table of the warehouse; `taken` gets it. */
export function warehouseName(prefix: string, name: string, taken: Set<string>): string {
  // Room for what the engine appends, such as `_deleted`.
  const whole = `${prefix}_${snakeCase(name)}`.slice(0, MOST_BYTES - 12);
  return unique(whole, taken, (number) => `${whole}_${number}`);
}
