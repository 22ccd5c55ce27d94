import { code } from "currency-codes";

/**
 * The English name of an ISO 4217 code.
 * @throws RangeError for an unknown code
 */
export function currencyName(currencyCode: string): string {
  const record = code(currencyCode);
  if (record === undefined) throw new RangeError(`unknown ISO 4217 currency code "${currencyCode}"`);
  return record.currency;
}
