import { Html, markup, scriptJson } from "./markup";
import { countOf } from "../amounts";
import { momentText } from "../months";
import { overviewOf } from "../../shop/report/overview";
import { idOf, type Chart, type Filter, type Question } from "../question";
import { questions } from "../../shop/report/questions/questions";
import { revenue } from "../../shop/report/questions/revenue";
import {
  behindOf,
  currenciesOf,
  firstFilter,
  lackingOf,
  periodsOf,
  type Choice,
  type Report,
  type RowsLacking,
  type TableBehind,
} from "../report";
import { chartLabel, headlinesHtml, sectionParts, tableHtml } from "./section";
import { STYLE } from "./style";

export interface PageScript {
  /** the bundled domain/report/browser/main.ts */
  readonly code: string;
  /** its SHA-256 in Base64: the page allows no other script */
  readonly sha256: string;
  /** the same code, which draws a chart as SVG without a browser */
  readonly chartSvg: (chart: Chart) => string;
}

/**
 * The report as one HTML page that fetches nothing. It contains its style, script, data, and the first drawing of every
 * chart.
 */
export function reportPage(report: Report, script: PageScript): string {
  const filter = firstFilter(report);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Business report, ${momentText(report.capturedAt)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>Business report</h1>
<p class="fresh">Data as of <time id="captured" datetime="${report.capturedAt}">${momentText(report.capturedAt)}</time><span id="age"></span>
· commit ${report.commit} · made ${momentText(report.madeAt)}</p>
${behindHtml(report)}
${lackingHtml(report)}
</header>
${filtersHtml(report, filter)}
<main>
<h2 class="only-read">At a glance</h2>
<dl id="headlines">${headlinesHtml(report, filter)}</dl>
<div class="sections">
${overviewHtml(report)}
${questions.map((question) => sectionHtml(question, { report, script, filter }))}
</div>
</main>
<footer><p>Made by Marble from the marts of the warehouse, in one transaction, so that all numbers are of one commit.
Money is never summed across currencies. Months are those of the source's clock; what is late is counted to the day on
which the report was made, in UTC.</p></footer>
<script type="application/json" id="report">${scriptJson(report)}</script>
<script>${new Html(script.code)}</script>
</body>
</html>
`.text;
}

/** A warning on top of the page: tables that are behind. */
function behindHtml({ behind = {} }: Report): Html {
  const tables = Object.entries(behind);
  if (tables.length === 0) return markup``;
  const rows = tables.map(
    ([table, { asOf, reason }]) =>
      markup`<li><b>${table}</b> shows the source as of ${asOf === null ? "never" : momentText(asOf)}: ${reason}</li>`,
  );
  return markup`<div class="behind" role="alert"><p>Some numbers on this page are older than that. These tables are behind:</p>
<ul>${rows}</ul></div>`;
}

/** A warning on top of the page: rows that are missing from its numbers. */
function lackingHtml({ lacking = {} }: Report): Html {
  const tables = Object.entries(lacking);
  if (tables.length === 0) return markup``;
  return markup`<div class="behind" role="alert"><p>Some rows are missing from the numbers on this page:</p>
<ul>${tables.map(([table, rows]) => markup`<li><b>${table}</b>: ${rowsText(rows)}</li>`)}</ul></div>`;
}

const rowsText = ({ rejected, waiting }: RowsLacking): string =>
  [
    ...(waiting > 0
      ? [`${countOf(waiting, "row")} ${waiting === 1 ? "waits" : "wait"} for a row of another table`]
      : []),
    ...(rejected > 0
      ? [
          `${countOf(rejected, "row")} of its sources ${rejected === 1 ? "was" : "were"} rejected, and ${rejected === 1 ? "is" : "are"} missing since`,
        ]
      : []),
  ].join("; ");

/** A warning in a section: rows that are missing from its numbers. */
const lackingSentence = (tables: readonly (readonly [string, RowsLacking])[]): Html =>
  markup`${tables.map(
    ([table, rows]) => markup`<p class="behind">Incomplete: of ${table}, ${rowsText(rows)}.</p>
`,
  )}`;

/** A warning in a section: its numbers are older than the page. */
function behindSentence(tables: readonly (readonly [string, TableBehind])[]): Html {
  const [first] = tables;
  if (first === undefined) return markup``;
  const oldest = tables.map(([, { asOf }]) => asOf ?? "").sort()[0] ?? "";
  const names = tables.map(([table]) => table).join(", ");
  return oldest === ""
    ? markup`<p class="behind">Incomplete: ${names} never got all rows of the source.</p>`
    : markup`<p class="behind">As of ${momentText(oldest)}: ${names} is behind since then.</p>`;
}

/**
 * Nothing is loaded, sent or framed. Inline styles are allowed, because ECharts writes them and they can fetch nothing.
 */
const policy = ({ sha256 }: PageScript): string =>
  `default-src 'none'; script-src 'sha256-${sha256}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

const optionHtml = ({ value, title }: Choice, chosen: string): Html =>
  markup`<option value="${value}"${value === chosen ? markup` selected` : ""}>${title}</option>`;

/** Hidden until the script runs, because the filters need it. */
function filtersHtml(report: Report, { currency, since }: Filter): Html {
  const currencies = currenciesOf(report).map((code) => ({ value: code, title: code }));
  return markup`<form id="filters" aria-label="Filters" hidden><div>
<label>Currency <select id="currency">${currencies.map((one) => optionHtml(one, currency))}</select></label>
<label>Period <select id="since">${periodsOf(report).map((one) => optionHtml(one, since))}</select></label>
<p id="status" class="only-read" role="status"></p>
</div></form>`;
}

function overviewHtml(report: Report): Html {
  const overview = overviewOf(report);
  if (overview === undefined) return markup``;
  const { title, scope, table } = overview;
  return markup`<section class="wide" id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">${title}</h2>
<p class="scope">${scope}</p>
${tableHtml(table, `${title} The numbers`)}
</section>`;
}

function sectionHtml(
  question: Question,
  {
    report,
    script,
    filter,
  }: { readonly report: Report; readonly script: PageScript; readonly filter: Filter },
): Html {
  const { mart, title, scope } = question;
  const id = idOf(question);
  const wide = question === revenue ? " wide" : "";
  const head = markup`<section class="question${wide}" id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>`;
  if (report.rows[id] === null)
    return markup`${head}
<p class="answer">Not known: the mart ${mart} could not be read. The log of the report's function says why.</p>
</section>
`;
  const { view, table } = sectionParts(report, question, filter);
  const { chart } = view;
  return markup`${head}
${behindSentence(behindOf(report, mart))}${lackingSentence(lackingOf(report, mart))}
<p class="answer">${view.answer}</p>
${scope === undefined ? "" : markup`<p class="scope">${scope}</p>`}
<div class="chart" role="img" aria-label="${chartLabel(view)}"${chart === undefined ? markup` hidden` : ""}>${
    chart === undefined ? "" : new Html(script.chartSvg(chart))
  }</div>
<details><summary>The numbers<span class="only-read">: ${title}</span></summary><div class="numbers">${table}</div></details>
</section>
`;
}
