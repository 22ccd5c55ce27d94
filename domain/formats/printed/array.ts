/**
 * Arrays as PostgreSQL prints them: `{1,NULL,"a b"}`, `{{1,2},{3,4}}`, `[0:1]={1,2}` (PostgreSQL manual, "Array Input and
 * Output Syntax"). Other spellings, such as blanks between the elements, do not fit.
 */

const BOUNDS = /^(?:\[-?\d+:-?\d+\])+=/;
const BOUND = /\[(-?\d+):(-?\d+)\]/g;
const PLAIN = /[^"\\{},\s]+/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MOST_DIMENSIONS = 6;

/**
 * True if the text is an array.
 * @param visit called for each element, in their order; an element may be NULL. A later part of the text may still be wrong
 */
export function readArray(text: string, visit: (element: string | null) => void): boolean {
  const bounds = BOUNDS.exec(text)?.[0] ?? "";
  if (bounds === "" && text === "{}") return true;
  const reader = { text, position: bounds.length, visit };
  const sizes = readDimension(reader, 1);
  if (sizes === undefined || reader.position !== text.length) return false;
  return bounds === "" || hasSizes(bounds, sizes);
}

interface Reader {
  readonly text: string;
  position: number;
  readonly visit: (element: string | null) => void;
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
  return take(reader, "}") ? [size, ...inner] : undefined;
}

function take(reader: Reader, character: string): boolean {
  const found = reader.text[reader.position] === character;
  if (found) reader.position += 1;
  return found;
}

/** Reads one element, which has no dimensions. */
function readElement(reader: Reader): readonly [] | undefined {
  const element = reader.text[reader.position] === '"' ? readQuoted(reader) : readPlain(reader);
  if (element === undefined) return undefined;
  reader.visit(element);
  return [];
}

/** A loop, because a regular expression overflows the stack at an element of some megabytes. */
function readQuoted(reader: Reader): string | undefined {
  const { text } = reader;
  const pieces: string[] = [];
  let start = reader.position + 1;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character !== QUOTE && character !== BACKSLASH) continue;
    pieces.push(text.slice(start, at));
    if (character === QUOTE) {
      reader.position = at + 1;
      return pieces.join("");
    }
    // The escaped character belongs to the next piece, whatever it is.
    at += 1;
    start = at;
  }
  return undefined;
}

function readPlain(reader: Reader): string | null | undefined {
  PLAIN.lastIndex = reader.position;
  const [token] = PLAIN.exec(reader.text) ?? [];
  if (token === undefined) return undefined;
  reader.position += token.length;
  return token.toUpperCase() === "NULL" ? null : token;
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
