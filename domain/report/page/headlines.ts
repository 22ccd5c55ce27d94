import type { Headline, HeadlinesDeclaration, ReportDeclaration } from "../declaration";
import { momentText } from "../months";
import { idOf, type Filter } from "../question";
import { behindOf, type Report } from "../report";
import { gapOf, unknownText } from "./absence";
import { markup, type Html } from "./markup";

/** A headline as the page shows it. */
export interface ShownHeadline extends Headline {
  /** the time of its rows if its tables are behind, ISO 8601 in UTC; null when they never got all rows */
  readonly asOf?: string | null;
}

/** The declared headlines under a filter. */
export const headlinesOf = (
  report: Report,
  { headlines = [] }: Pick<ReportDeclaration, "headlines">,
  filter: Filter,
): ShownHeadline[] => headlines.flatMap((declared) => shownHeadlines(report, declared, filter));

/**
 * A mart that could not be read has no numbers, not even zero. One that is behind has no good or bad news of today. One
 * that is behind or lacks rows cannot show that something does not exist.
 */
function shownHeadlines(
  report: Report,
  { question, titles, view }: HeadlinesDeclaration,
  filter: Filter,
): ShownHeadline[] {
  const { mart } = question;
  if (report.rows[idOf(question)] === null)
    return titles.map((title) => ({
      title,
      value: "?",
      detail: `not known: the mart ${mart} could not be read`,
      good: false,
    }));
  const gap = gapOf(report, mart);
  const asOf = behindOf(report, mart).map(([, behind]) => behind.asOf ?? "");
  const [oldest] = asOf.sort();
  return view(report, filter).map(({ isAbsence, detailOverGap, ...headline }) => {
    if (gap === undefined) return headline;
    if (isAbsence ?? NONE.has(headline.value))
      return { title: headline.title, value: "?", detail: unknownText(gap), good: false };
    const shown = { ...headline, detail: detailOverGap ?? headline.detail };
    if (oldest === undefined) return shown;
    const { good: _, ...dated } = shown;
    return { ...dated, asOf: oldest === "" ? null : oldest };
  });
}

/** The values of a headline that say that something does not exist. */
const NONE: ReadonlySet<string> = new Set(["0", "–"]);

/** The numbers at the top of the page. */
export const headlinesHtml = (report: Report, declared: ReportDeclaration, filter: Filter): Html =>
  markup`${headlinesOf(report, declared, filter).map(headlineHtml)}`;

function headlineHtml({ title, value, exact, unit, detail, good, asOf }: ShownHeadline): Html {
  const mood = good === undefined ? "" : good ? " good" : " bad";
  const behind =
    asOf === undefined
      ? ""
      : markup`<span class="detail bad">${asOf === null ? "incomplete" : `only as of ${momentText(asOf)}`}</span>`;
  const currency = unit === undefined ? "" : markup`<small>${unit}</small> `;
  return markup`<div class="headline"><dt>${title}</dt>
<dd><span class="value"${exact === undefined ? "" : markup` title="${exact}"`}>${currency}${value}</span><span class="detail${mood}">${detail}</span>${behind}</dd></div>`;
}
