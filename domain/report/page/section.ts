import { markup, type Html } from "./markup";
import { monthOf } from "../months";
import { idOf, type Filter, type Question, type Table, type View } from "../question";
import { rowsOf, type Report } from "../report";
import { absenceText, gapOf, unknownSentence, type Gap } from "./absence";

/** A table of the page. A table wider than the screen scrolls on its own, also with the keyboard. */
export function tableHtml({ columns, rows }: Table, caption: string): Html {
  const numeric = (index: number): Html | string => (columns[index]?.isNumber ? markup` class="number"` : "");
  const cellHtml = (cell: string, index: number): Html =>
    index === 0
      ? markup`<th scope="row"${numeric(index)}>${cell}</th>`
      : markup`<td${numeric(index)}>${cell}</td>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, index) => markup`<th scope="col"${numeric(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map(cellHtml)}</tr>\n`)}</tbody>
</table></div>`;
}

/** The texts and the table of a question's section, without the chart. */
export interface SectionParts {
  readonly view: View;
  readonly table: Html;
}

/** The description of a chart for readers who cannot see it. */
export const chartLabel = ({ answer }: View): string =>
  `Chart: ${answer} The numbers are in the table beneath.`;

export function sectionParts(report: Report, question: Question, filter: Filter): SectionParts {
  const view = question.view(rowsOf(report, idOf(question)), filter, monthOf(report.capturedAt));
  const caption = `${question.title} The numbers`;
  const isEmpty = view.table.rows.length === 0;
  const gap = gapOf(report, question.mart);
  const table = isEmpty
    ? markup`<p>${gap === undefined ? "There are no rows." : unknownSentence(gap)}</p>`
    : tableHtml(view.table, caption);
  return { view: { ...view, answer: answerOver(gap, view) }, table };
}

/** The answer as the page says it over a gap. */
function answerOver(gap: Gap | undefined, { answer, answerOverGap, isAbsence, table }: View): string {
  if (isAbsence ?? table.rows.length === 0) return absenceText(answer, gap);
  return gap === undefined ? answer : (answerOverGap ?? answer);
}
