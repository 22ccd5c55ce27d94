/**
 * Intervals as PostgreSQL prints them with `IntervalStyle` iso_8601: `P1Y-2M3DT4H5M6.789S` (PostgreSQL manual, "Interval
 * Output"). An infinite interval, which PostgreSQL has since 17, does not fit.
 */
const INTERVAL = new RegExp(
  String.raw`^P(?=.)(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?=.)(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:\.\d{1,6})?S)?)?$`,
);

const fitsInt32 = (value: bigint): boolean => value === BigInt.asIntN(32, value);

/** True if every supported PostgreSQL reads the text as an interval. */
export function isInterval(text: string): boolean {
  const [, ...parts] = INTERVAL.exec(text) ?? [];
  if (parts.length === 0) return false;
  const numbers = parts.map((part: string | undefined) => BigInt(part ?? "0"));
  const [years = 0n, months = 0n] = numbers;
  // PostgreSQL stores months, and microseconds of 64 bits: hours of 32 bits fit into them.
  return numbers.every(fitsInt32) && fitsInt32(years * 12n + months);
}
