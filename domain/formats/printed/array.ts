/**
 * Arrays as PostgreSQL prints them: `{1,NULL,"a b"}`, `{{1,2},{3,4}}`, `[0:1]={1,2}` (PostgreSQL manual, "Array Input and
 * Output Syntax"). Other spellings, such as blanks between the elements, do not fit.
 */

/** The elements of an array in their order; NULL for an element that is NULL. */
export type Elements = readonly (string | null)[];

const BOUNDS = /^(?:\[-?\d+:-?\d+\])+=/;
const BOUND = /\[(-?\d+):(-?\d+)\]/g;
const ELEMENT = /"((?:[^"\\]|\\[^])*)"|([^"\\{},\s]+)/y;
const MOST_DIMENSIONS = 6;

/** The elements of a text; undefined when the text is not an array. */
export function arrayElements(text: string): Elements | undefined {
  const bounds = BOUNDS.exec(text)?.[0] ?? "";
  if (bounds === "" && text === "{}") return [];
  const reader = { text, position: bounds.length, elements: [] as (string | null)[] };
  const sizes = readDimension(reader, 1);
  if (sizes === undefined || reader.position !== text.length) return undefined;
  return bounds === "" || hasSizes(bounds, sizes) ? reader.elements : undefined;
}

interface Reader {
  readonly text: string;
  position: number;
  readonly elements: (string | null)[];
}

/** Reads `{…}`. Returns the size of each dimension from here on; undefined when these are not the same everywhere. */
function readDimension(reader: Reader, depth: number): readonly number[] | undefined {
  if (depth > MOST_DIMENSIONS || !take(reader, "{")) return undefined;
  let inner: readonly number[] | undefined;
  let size = 0;
  do {
    const sizes =
      reader.text[reader.position] === "{" ? readDimension(reader, depth + 1) : readElement(reader);
    if (sizes === undefined || (inner !== undefined && inner.join() !== sizes.join())) return undefined;
    inner = sizes;
    size += 1;
  } while (take(reader, ","));
  return take(reader, "}") ? [size, ...(inner ?? [])] : undefined;
}

function take(reader: Reader, character: string): boolean {
  const found = reader.text[reader.position] === character;
  if (found) reader.position += 1;
  return found;
}

/** Reads one element, which has no dimensions. */
function readElement(reader: Reader): readonly [] | undefined {
  ELEMENT.lastIndex = reader.position;
  const [token, quoted, plain] = ELEMENT.exec(reader.text) ?? [];
  if (token === undefined) return undefined;
  reader.position += token.length;
  if (plain !== undefined) reader.elements.push(plain.toUpperCase() === "NULL" ? null : plain);
  else reader.elements.push((quoted ?? "").replace(/\\([^])/g, "$1"));
  return [];
}

function hasSizes(bounds: string, sizes: readonly number[]): boolean {
  const declared = [...bounds.matchAll(BOUND)].map(
    ([, lower, upper]) => [Number(lower), Number(upper)] as const,
  );
  return (
    declared.length === sizes.length &&
    declared.every(
      ([lower, upper], place) =>
        lower === (lower | 0) && upper === (upper | 0) && upper - lower + 1 === sizes[place],
    )
  );
}
