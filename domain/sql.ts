/** Quotes an identifier for SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table's name, qualified with its schema. */
export const qualified = (schema: string, name: string): string =>
  `${identifier(schema)}.${identifier(name)}`;

/** A string literal. `E''` gives backslashes one meaning under all server settings. */
export const literal = (value: string): string =>
  `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** PostgreSQL truncates a name after this many bytes of UTF-8. */
export const LONGEST_NAME = 63;

/** How many bytes PostgreSQL needs for a name. */
export const nameBytes = (name: string): number => new TextEncoder().encode(name).length;

/**
 * A name with a prefix and a suffix. If it would be too long, the middle is cut out, and a digest of the whole keeps
 * similar names apart.
 */
export function derivedName(prefix: string, name: string, suffix: string): string {
  const whole = `${prefix}${name}${suffix}`;
  if (nameBytes(whole) <= LONGEST_NAME) return whole;
  const digest = `_${digestOf(name)}`;
  const room = LONGEST_NAME - nameBytes(prefix) - nameBytes(digest) - nameBytes(suffix);
  // Split by code points, so that none is cut in two.
  const kept = Array.from(name);
  while (nameBytes(kept.join("")) > room) kept.pop();
  return `${prefix}${kept.join("")}${digest}${suffix}`;
}

/** FNV-1a, 32 bits (https://datatracker.ietf.org/doc/draft-eastlake-fnv/), in eight hexadecimal digits. */
function digestOf(text: string): string {
  const hash = new TextEncoder()
    .encode(text)
    .reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
  return hash.toString(16).padStart(8, "0");
}
