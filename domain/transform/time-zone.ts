/** Offsets change at quarters of an hour. */
const QUARTER_MS = 900_000;

/**
 * The range of JavaScript's Date, less a day, because a zone may be ahead of UTC. Beyond it the offset stays constant.
 */
const MAX_MS = 8.64e15 - 86_400_000;

/**
 * The offset of a time zone from UTC at a moment, in milliseconds.
 * @param timeZone an IANA name
 * @throws RangeError for an unknown zone
 */
export function zoneOffset(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "narrow",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const known = new Map<number, number>();
  return (moment) => {
    const ms = Math.max(-MAX_MS, Math.min(MAX_MS, moment));
    const quarter = Math.floor(ms / QUARTER_MS);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    const start = quarter * QUARTER_MS;
    const offset = localTime(format, start) - start;
    known.set(quarter, offset);
    return offset;
  };
}

/** 400 years. */
const CYCLE_MS = 146_097 * 86_400_000;

/** The local time, expressed as the UTC moment with the same clock time. */
function localTime(format: Intl.DateTimeFormat, ms: number): number {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (name: string): number => Number(parts[name]);
  const year = parts["era"] === "B" ? 1 - part("year") : part("year");
  // Date.UTC maps the years 0 to 99 to the 20th century. The calendar repeats after 400 years, so shift by that.
  return (
    Date.UTC(year + 400, part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) -
    CYCLE_MS
  );
}

/** True if it is the name of a time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
