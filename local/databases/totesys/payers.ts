import type { Random } from "./random";
import { DAY_MS } from "./rows";

/** One payment in twenty comes late, by up to two months. So some payments of the last weeks are overdue. */
const LATE_SHARE = 0.05;
const LATEST_DAYS = 60;

/**
 * When a payment is paid: on the morning of the day on which it is due, or late. In milliseconds since 1970 UTC; NaN if
 * the due date is not a date.
 *
 * @param due the text of a day
 * @param options.isLate true for a payment that is known to be late
 */
export function paidAt(
  due: string,
  { payer, isLate }: { readonly payer: Random; readonly isLate?: boolean | undefined },
): number {
  const days = payer.integer(1, LATEST_DAYS);
  const late = payer.chance(LATE_SHARE) || isLate === true;
  return Date.parse(`${due}T09:32:10.117Z`) + (late ? days * DAY_MS : 0);
}
