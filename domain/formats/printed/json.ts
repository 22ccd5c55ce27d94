/**
 * Texts that PostgreSQL reads as `json` (RFC 8259) and as `jsonb`, which has fewer strings and numbers (PostgreSQL manual,
 * "JSON Types"). A check reads the text once and makes no value of it, so a text of many megabytes takes no memory.
 */

/** PostgreSQL refuses a deeper nesting when its stack is small. */
const DEEPEST = 1000;

/** True if the text is a value of `json`. */
export const isJson = (text: string): boolean => isValue(text, () => true, stringEnd);

/** True if the text is a value of `jsonb`. */
export const isJsonb = (text: string): boolean => isValue(text, isStorableNumber, storableStringEnd);

/** The position after the string that begins at a position; undefined when it is not a string. */
type StringEnd = (text: string, start: number) => number | undefined;

/** What may come next, besides blanks. */
type Expected = "value" | "value or ]" | "name" | "name or }" | "comma or end";

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y;
const WORD = /true|false|null/y;

function isValue(text: string, isNumber: (parts: RegExpExecArray) => boolean, endOf: StringEnd): boolean {
  /** The closing brackets of what is open. */
  const open: ("]" | "}")[] = [];
  let expected: Expected = "value";
  let at = skip(BLANKS, text, 0);
  const close = (): void => {
    open.pop();
    at += 1;
    expected = "comma or end";
  };
  while (at < text.length) {
    const character = text.charAt(at);
    const closing = open.at(-1);
    if (expected === "comma or end") {
      if (closing === undefined) return false;
      if (character === closing) close();
      else if (character === ",") {
        at += 1;
        expected = closing === "]" ? "value" : "name";
      } else return false;
    } else if (expected.endsWith(character) && (character === "]" || character === "}")) close();
    else if (expected.startsWith("name")) {
      const colon = skip(BLANKS, text, endOf(text, at));
      if (text[colon] !== ":") return false;
      at = colon + 1;
      expected = "value";
    } else if (character === "[" || character === "{") {
      open.push(character === "[" ? "]" : "}");
      if (open.length > DEEPEST) return false;
      at += 1;
      expected = character === "[" ? "value or ]" : "name or }";
    } else {
      const end =
        character === '"' ? endOf(text, at) : (numberEnd(text, at, isNumber) ?? match(WORD, text, at));
      if (end === undefined) return false;
      at = end;
      expected = "comma or end";
    }
    at = skip(BLANKS, text, at);
  }
  return expected === "comma or end" && open.length === 0;
}

function match(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const skip = (pattern: RegExp, text: string, start: number | undefined): number =>
  start === undefined ? text.length : (match(pattern, text, start) ?? start);

function numberEnd(
  text: string,
  start: number,
  isNumber: (parts: RegExpExecArray) => boolean,
): number | undefined {
  NUMBER.lastIndex = start;
  const parts = NUMBER.exec(text);
  return parts !== null && isNumber(parts) ? NUMBER.lastIndex : undefined;
}

/** The limits of `numeric` (PostgreSQL manual, "Numeric Types"). */
const MOST_WHOLE_DIGITS = 131_072;
const MOST_FRACTION_DIGITS = 16_383;

function isStorableNumber([, whole = "", fraction = "", power = "0"]: RegExpExecArray): boolean {
  const exponent = Number(power);
  return whole.length + exponent <= MOST_WHOLE_DIGITS && fraction.length - exponent <= MOST_FRACTION_DIGITS;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const ESCAPE = /["\\/bfnrt]|u[\da-fA-F]{4}/y;

/** A loop, because a regular expression overflows the stack at a string of some megabytes. */
function stringEnd(text: string, start: number): number | undefined {
  if (text.charCodeAt(start) !== QUOTE) return undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at + 1;
    if (character < FIRST_PRINTABLE) return undefined;
    if (character !== BACKSLASH) continue;
    const end = match(ESCAPE, text, at + 1);
    if (end === undefined) return undefined;
    at = end - 1;
  }
  return undefined;
}

/** No text of PostgreSQL has a NUL, or half of a surrogate pair. */
function storableStringEnd(text: string, start: number): number | undefined {
  const end = stringEnd(text, start);
  if (end === undefined) return undefined;
  const token = text.slice(start, end);
  for (let at = token.indexOf("\\"); at !== -1; at = token.indexOf("\\", at)) {
    const unit = token[at + 1] === "u" ? Number.parseInt(token.slice(at + 2, at + 6), 16) : undefined;
    const isHigh = unit !== undefined && unit >= 0xd800 && unit < 0xdc00;
    if (unit === 0 || (unit !== undefined && unit >= 0xdc00 && unit < 0xe000)) return undefined;
    if (isHigh && !/^\\u[dD][c-fC-F]/.test(token.slice(at + 6, at + 10))) return undefined;
    at += isHigh ? 12 : unit === undefined ? 2 : 6;
  }
  return end;
}
