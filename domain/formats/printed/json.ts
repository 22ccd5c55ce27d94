/** Texts that PostgreSQL reads as `json` and as `jsonb` (PostgreSQL manual, "JSON Types"). */

/** PostgreSQL refuses a deeper nesting when its stack is small. */
const DEEPEST = 1000;

const STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;
const BRACKETS_OR_STRING = new RegExp(String.raw`[\[\]{}]|${STRING}`, "g");
const STRING_OR_NUMBER = new RegExp(
  String.raw`${STRING}|-?(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:[eE](?<power>[+-]?\d+))?`,
  "g",
);

/** True if the text is a value of `json`. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
  } catch {
    // Only a SyntaxError can happen, and the answer says it.
    return false;
  }
  return depthOf(text) <= DEEPEST;
}

/** True if the text is a value of `jsonb`, which has fewer strings and numbers than `json`. */
export const isJsonb = (text: string): boolean =>
  isJson(text) &&
  [...text.matchAll(STRING_OR_NUMBER)].every(([token, ...parts]) =>
    token.startsWith('"') ? isStorableString(token) : isStorableNumber(parts),
  );

/** @param text a valid JSON text */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(BRACKETS_OR_STRING)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** No text of PostgreSQL has a NUL, or half of a surrogate pair. */
const isStorableString = (token: string): boolean =>
  !token.includes("\\u") || !/\0|\p{Surrogate}/u.test(JSON.parse(token) as string);

/** The limits of `numeric` (PostgreSQL manual, "Numeric Types"). */
const MOST_WHOLE_DIGITS = 131_072;
const MOST_FRACTION_DIGITS = 16_383;

function isStorableNumber([whole = "", fraction = "", power = "0"]: readonly (
  string | undefined
)[]): boolean {
  const exponent = Number(power);
  return whole.length + exponent <= MOST_WHOLE_DIGITS && fraction.length - exponent <= MOST_FRACTION_DIGITS;
}
