import { amountText, countText, roundedText } from "./amounts";
import { inCurrency, numberIn, ofFilter, textIn, type Filter, type Row, type View } from "./question";

interface Measure {
  readonly column: string;
  readonly title: string;
}

/** The definition of a ranking of names by money. */
export interface Ranking {
  /** the column of the names */
  readonly name: string;
  /** the column of the keys, which distinguish equal names */
  readonly key?: string;
  /** what the names stand for, `Design` */
  readonly title: string;
  /** amounts; the first one ranks */
  readonly money: readonly [Measure, ...Measure[]];
  readonly counts: readonly Measure[];
  /** other texts next to the name */
  readonly texts?: readonly Measure[];
  /** `sold most`: what the first name did */
  readonly did: string;
  /** `sales`: what is missing when the ranking is empty */
  readonly of: string;
}

/**
 * The first names of a currency, each with its amounts. The rows are already ranked.
 * @param filter for the rows: all months when the period does not change them
 */
export function rankingView(rows: readonly Row[], filter: Filter, ranking: Ranking): View {
  const { name, key, title, money, counts, texts = [], did, of } = ranking;
  const shown = inCurrency(rows, filter);
  const [first] = shown;
  const nameOf = (row: Row): string => {
    const isShared = shown.filter((other) => textIn(other, name) === textIn(row, name)).length > 1;
    const own = textIn(row, name) || "(no name)";
    return isShared && key !== undefined ? `${own} #${textIn(row, key)}` : own;
  };
  return {
    answer:
      first === undefined
        ? `No ${of} ${ofFilter(filter)}.`
        : `${nameOf(first)} ${did}: ${filter.currency} ${roundedText(numberIn(first, money[0].column))}.`,
    ...(first !== undefined && {
      chart: {
        kind: "bars",
        categories: shown.map(nameOf),
        series: money.map((measure) => ({
          name: measure.title,
          values: shown.map((row) => Number(numberIn(row, measure.column))),
        })),
        unit: filter.currency,
      },
    }),
    table: {
      columns: [
        { title },
        ...texts.map((text) => ({ title: text.title })),
        ...counts.map((count) => ({ title: count.title, isNumber: true })),
        ...money.map((measure) => ({ title: `${measure.title} (${filter.currency})`, isNumber: true })),
      ],
      rows: shown.map((row) => [
        nameOf(row),
        ...texts.map(({ column }) => textIn(row, column)),
        ...counts.map(({ column }) => countText(numberIn(row, column))),
        ...money.map(({ column }) => amountText(numberIn(row, column))),
      ]),
    },
  };
}
