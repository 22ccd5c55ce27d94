import { Html, markup, scriptJson } from "./markup";
import { momentText } from "../months";
import { idOf, type Chart, type Filter, type Question } from "../question";
import type { ReportDeclaration } from "../declaration";
import { currenciesOf, firstFilter, periodsOf, type Choice } from "../filters";
import { behindOf, lackingOf, type Report } from "../report";
import { headlinesHtml } from "./headlines";
import { newestHtml } from "./newest";
import { chartLabel, sectionParts, tableHtml } from "./section";
import { behindHtml, behindSentence, lackingHtml, lackingSentence } from "./warnings";
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
export function reportPage(report: Report, declared: ReportDeclaration, script: PageScript): string {
  const { questions, headlines = [], newest, notes = [] } = declared;
  const filter = firstFilter(report, declared);
  const marts = questions.map(({ mart }) => mart);
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
${newestHtml(report, newest)}
${behindHtml(report, marts)}
${lackingHtml(report, marts)}
</header>
${declared.filters === undefined ? "" : filtersHtml(report, declared, filter)}
<main>
${
  headlines.length === 0
    ? ""
    : markup`<h2 class="only-read">At a glance</h2>
<dl id="headlines">${headlinesHtml(report, declared, filter)}</dl>`
}
<div class="sections">
${overviewHtml(report, declared)}
${questions.map((question) => sectionHtml(question, { report, script, filter }))}
</div>
${questions.length === 0 ? markup`<p>The model declares no question and no mart, so this report has no numbers.</p>` : ""}
</main>
<footer><p>${["Made by Marble from the marts of the warehouse, in one transaction, so that all numbers are of one commit.", ...notes].join(" ")}</p></footer>
<script type="application/json" id="report">${scriptJson(report)}</script>
<script>${new Html(script.code)}</script>
</body>
</html>
`.text;
}

/**
 * Nothing is loaded, sent or framed. Inline styles are allowed, because ECharts writes them and they can fetch nothing.
 */
const policy = ({ sha256 }: PageScript): string =>
  `default-src 'none'; script-src 'sha256-${sha256}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

const optionHtml = ({ value, title }: Choice, chosen: string): Html =>
  markup`<option value="${value}"${value === chosen ? markup` selected` : ""}>${title}</option>`;

/** Hidden until the script runs, because the filters need it. A report without currencies has no filter for them. */
function filtersHtml(report: Report, declared: ReportDeclaration, { currency, since }: Filter): Html {
  const currencies = currenciesOf(report, declared).map((code) => ({ value: code, title: code }));
  return markup`<form id="filters" aria-label="Filters" hidden><div>
${
  currencies.length === 0
    ? ""
    : markup`<label>Currency <select id="currency">${currencies.map((one) => optionHtml(one, currency))}</select></label>`
}
<label>Period <select id="since">${periodsOf(report, declared).map((one) => optionHtml(one, since))}</select></label>
<p id="status" class="only-read" role="status"></p>
</div></form>`;
}

/** The warnings of a section: the tables of these marts that are behind or lack rows. */
const warningsHtml = (report: Report, marts: readonly string[]): Html =>
  markup`${behindSentence(behindOf(report, ...marts))}${lackingSentence(lackingOf(report, ...marts))}`;

function overviewHtml(report: Report, { overview: declared }: ReportDeclaration): Html {
  const overview = declared?.view(report);
  if (declared === undefined || overview === undefined) return markup``;
  const { title, scope, table } = overview;
  return markup`<section class="wide" id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">${title}</h2>
${warningsHtml(
  report,
  declared.questions.map(({ mart }) => mart),
)}
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
  const { mart, title, scope, isWide = false } = question;
  const id = idOf(question);
  const wide = isWide ? " wide" : "";
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
${warningsHtml(report, [mart])}
<p class="answer">${view.answer}</p>
${scope === undefined ? "" : markup`<p class="scope">${scope}</p>`}
<div class="chart" role="img" aria-label="${chartLabel(view)}"${chart === undefined ? markup` hidden` : ""}>${
    chart === undefined ? "" : new Html(script.chartSvg(chart))
  }</div>
<details><summary>The numbers<span class="only-read">: ${title}</span></summary><div class="numbers">${table}</div></details>
</section>
`;
}
