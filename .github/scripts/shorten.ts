/** A line in place of the omitted lines. */
const gap = (lines: number): string => `… ${lines} lines omitted …`;

/** Room for the line of the gap, for any number of lines. */
const GAP_ROOM = 40;

/**
 * Shortens a text to at most `limit` characters. It omits whole lines from the middle, because the beginning has the
 * subject, and the end has Pulumi's summary or its error.
 *
 * @param limit in UTF-16 units, at least 100
 */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = limit - GAP_ROOM;
  const head = wholeLinesOf(text.slice(0, Math.ceil(room / 2)), "start");
  const tail = wholeLinesOf(text.slice(text.length - Math.floor(room / 2)), "end");
  const left = text.slice(head.length, text.length - tail.length);
  return `${head.trimEnd()}\n${gap(left.trimEnd().split("\n").length)}\n${tail}`;
}

/** Removes the line that was cut in two. A line longer than the room stays cut, but between characters. */
function wholeLinesOf(text: string, side: "start" | "end"): string {
  const newline = side === "start" ? text.lastIndexOf("\n") : text.indexOf("\n");
  if (newline !== -1) return side === "start" ? text.slice(0, newline + 1) : text.slice(newline + 1);
  return text.replace(side === "start" ? /[\uD800-\uDBFF]$/ : /^[\uDC00-\uDFFF]/, "");
}

/**
 * Divides a limit. A part that needs less than an equal share leaves the rest to the others.
 *
 * @param needs how much each part needs
 * @returns how much each part gets, in the same order; together at most `limit`
 */
export function shareOut(needs: readonly number[], limit: number): number[] {
  const shares = needs.map(() => 0);
  let left = limit;
  const ascending = [...needs.entries()].sort(([, a], [, b]) => a - b);
  for (const [position, [index, need]] of ascending.entries()) {
    const share = Math.min(need, Math.floor(left / (needs.length - position)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}
