/** Amounts are texts of decimal numbers, as PostgreSQL prints them, so no digit is lost on the way to the page. */

/** The number of digits after the decimal point. */
const scaleOf = (amount: string): number => amount.split(".")[1]?.length ?? 0;

/** The exact sum of amounts of one currency. */
export function sum(amounts: readonly string[]): string {
  const scale = Math.max(0, ...amounts.map(scaleOf));
  const total = amounts.reduce(
    (units, amount) => units + BigInt(amount.replace(".", "") + "0".repeat(scale - scaleOf(amount))),
    0n,
  );
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return total < 0n ? `-${text}` : text;
}

const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 20 });
const money = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 20 });
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
// In British English the browser's version of Intl prints millions as M or m, and a redrawn chart would change.
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** A decimal text, which Intl formats without converting it to a float. */
const exact = (amount: string): Intl.StringNumericLiteral => amount as Intl.StringNumericLiteral;

/** All digits: `1,234.50` */
export const amountText = (amount: string): string => money.format(exact(amount));

/** Without the fraction: `1,235` */
export const roundedText = (amount: string): string => whole.format(exact(amount));

const SHORTEST_LONG = 100_000_000;
const SCALES = ["m", "bn", "tn"] as const;
const digits3 = new Intl.NumberFormat("en-GB", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** For a card, which has space for eight digits: `1,235`, `24,496,988`, `212 m`, `2.12 bn`. */
export function cardText(amount: string): string {
  if (Math.abs(Number(amount)) < SHORTEST_LONG) return roundedText(amount);
  // Round first, because 999,999,999 would otherwise become 1,000 m.
  let value = Number(Number(amount).toPrecision(3)) / 1e6;
  let scale = 0;
  while (Math.abs(value) >= 1000 && scale < SCALES.length - 1) {
    value /= 1000;
    scale += 1;
  }
  return `${digits3.format(value)} ${SCALES[scale] ?? ""}`;
}

/** A count, or days: `1,234`, `3.5` */
export const countText = (count: string | number): string =>
  grouped.format(typeof count === "number" ? count : exact(count));

/** A count with a noun that takes an s: `1 order`, `1,234 orders` */
export const countOf = (count: string | number, thing: string): string =>
  `${countText(count)} ${thing}${Number(count) === 1 ? "" : "s"}`;

/** For axes: `1.2M` */
export const shortText = (value: number): string => short.format(value);

/**
 * The change from one amount to the next in percent, `+4.2 %`, `−4.2 %` or `±0 %`; undefined when there is nothing to
 * compare with.
 */
export function changeText(now: string, before: string): string | undefined {
  if (Number(before) <= 0) return undefined;
  const percent = Math.round((Number(now) / Number(before) - 1) * 1000) / 10;
  const sign = percent === 0 ? "±" : percent < 0 ? "−" : "+";
  return `${sign}${grouped.format(Math.abs(percent))} %`;
}
