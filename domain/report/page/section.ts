import { markup, type Html } from "./markup";
import { monthOf } from "../months";
import { idOf, type Filter, type Question, type Series, type Table, type View } from "../question";
import { rowsOf, type Report } from "../report";
import { UNKNOWN_NUMBER, withoutZeros } from "../table";
import { absenceText, gapOf, unknownSentence, unknownText, type Gap } from "./absence";

const isUnknownNumber = (column: Table["columns"][number] | undefined, cell: string): boolean =>
  column?.isNumber === true && cell === UNKNOWN_NUMBER;

/** A table of the page. A table that is wider than the screen scrolls within the page, also with the keyboard. */
export function tableHtml({ columns, rows }: Table, caption: string, gap?: Gap): Html {
  const numeric = (index: number): Html | string => (columns[index]?.isNumber ? markup` class="number"` : "");
  const textHtml = (cell: string, index: number): Html | string =>
    gap !== undefined && isUnknownNumber(columns[index], cell)
      ? markup`<span aria-hidden="true" title="${unknownText(gap)}">${UNKNOWN_NUMBER}</span><span class="only-read">not known</span>`
      : cell;
  const cellHtml = (cell: string, index: number): Html =>
    index === 0
      ? markup`<th scope="row"${numeric(index)}>${textHtml(cell, index)}</th>`
      : markup`<td${numeric(index)}>${textHtml(cell, index)}</td>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, index) => markup`<th scope="col"${numeric(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map(cellHtml)}</tr>\n`)}</tbody>
</table></div>`;
}

/** The texts and the table of a question's section, without the chart. */
interface SectionParts {
  readonly view: View;
  readonly table: Html;
}

/** The description of a chart for readers who cannot see it. */
export const chartLabel = ({ answer }: View): string =>
  `Chart: ${answer} The numbers are in the table beneath.`;

export function sectionParts(report: Report, question: Question, filter: Filter): SectionParts {
  const declared = question.view(rowsOf(report, idOf(question)), filter, monthOf(report.capturedAt));
  const gap = gapOf(report, question.mart);
  const view = { ...(gap === undefined ? declared : overGap(declared)), answer: answerOver(gap, declared) };
  const caption = `${question.title} The numbers`;
  if (view.table.rows.length === 0)
    return { view, table: markup`<p>${gap === undefined ? "There are no rows." : unknownSentence(gap)}</p>` };
  const { columns, rows } = view.table;
  const isUnknown = rows.some((row) => row.some((cell, index) => isUnknownNumber(columns[index], cell)));
  const legend =
    gap === undefined || !isUnknown
      ? markup``
      : markup`<p class="scope">${UNKNOWN_NUMBER} is a number that would be 0 or missing. It is ${unknownText(gap)}.</p>`;
  return { view, table: markup`${tableHtml(view.table, caption, gap)}${legend}` };
}

/** The numbers over a gap. A zero among them is not known, because rows may be missing. */
function overGap(view: View): View {
  const { chart, table } = view;
  const known = (one: Series): Series =>
    one.zeroIsKnown === true
      ? one
      : { ...one, values: one.values.map((value) => (value === 0 ? null : value)) };
  return {
    ...view,
    table: withoutZeros(table),
    ...(chart !== undefined && {
      chart: { ...chart, series: chart.series.map(known) },
    }),
  };
}

/** The answer as the page says it over a gap. */
function answerOver(gap: Gap | undefined, { answer, answerOverGap, isAbsence, table }: View): string {
  if (isAbsence ?? table.rows.length === 0) return absenceText(answer, gap);
  return gap === undefined ? answer : (answerOverGap ?? answer);
}
