import type { NewestDeclaration } from "../declaration";
import { dayText, momentText } from "../months";
import { textIn } from "../question";
import { behindOf, rowsOf, type Report } from "../report";
import { gapOf, unknownText } from "./absence";
import { markup, type Html } from "./markup";

/** The day of the newest event. The time of the capture does not show that the business has stopped. */
export const newestHtml = (report: Report, newest: NewestDeclaration | undefined): Html =>
  newest === undefined
    ? markup``
    : markup`<p class="fresh" id="newest">${newest.title}: ${dayHtml(report, newest)}</p>`;

function dayHtml(report: Report, { id, mart }: NewestDeclaration): Html {
  if (report.rows[id] === null) return markup`not known, because the mart ${mart} could not be read`;
  const day = textIn(rowsOf(report, id)[0], "day");
  const behind = behindOf(report, mart);
  const gap = gapOf(report, mart);
  if (day === "") return gap === undefined ? markup`none` : markup`${unknownText(gap)}`;
  const oldest = behind.map(([, { asOf }]) => asOf ?? "").sort()[0];
  const tables = behind.map(([table]) => table).join(", ");
  if (oldest === "")
    return markup`${knownDay(report, day)}. There may be a newer one: ${tables} never got all rows of the source`;
  // The source may have a newer one.
  const dated =
    oldest === undefined
      ? ""
      : `, as of ${momentText(oldest)}: ${tables} ${behind.length === 1 ? "is" : "are"} behind since then`;
  return markup`${knownDay(report, day)}${dated}`;
}

/** A source's clock may be ahead of UTC, by less than a day. */
const latestDay = ({ capturedAt }: Report): string =>
  new Date(Date.parse(capturedAt) + 86_400_000).toISOString().slice(0, 10);

function knownDay(report: Report, day: string): Html {
  const wrong = day > latestDay(report) ? " (after the capture, so this date is wrong)" : "";
  return markup`<time datetime="${day}">${dayText(day)}</time>${wrong}`;
}
