import { idOf, type Filter } from "../question";
import { questions } from "../../shop/report/questions/questions";
import type { Report } from "../report";
import { chartLabel, headlinesHtml, sectionParts } from "../page/section";
import { liveChart, type LiveChart } from "./live-chart";
import { csvLink, letSort } from "./table";

/** Finds an element of the page. @throws Error when it is missing: page and script belong together */
function find<T extends Element>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

/** Makes the charts, tables and filters of the page interactive. */
export function startPage(): void {
  const report = JSON.parse(find("#report", HTMLScriptElement).text) as Report;
  const currency = find("#currency", HTMLSelectElement);
  const since = find("#since", HTMLSelectElement);
  const charts = new Map<string, LiveChart>();

  const show = (): void => {
    const filter = { currency: currency.value, since: since.value };
    find("#headlines", HTMLElement).innerHTML = headlinesHtml(report, filter).text;
    for (const chart of charts.values()) chart.dispose();
    charts.clear();
    for (const [id, chart] of showSections(report, filter)) charts.set(id, chart);
  };
  const choose = (): void => {
    show();
    const period = since.selectedOptions[0]?.text ?? "";
    find("#status", HTMLElement).textContent = `Showing ${currency.value}, ${period.toLowerCase()}.`;
  };
  const resize = (): void => charts.forEach((chart) => chart.resize());

  find("#filters", HTMLFormElement).hidden = false;
  find("#age", HTMLElement).textContent = ageText(report.capturedAt);
  currency.addEventListener("change", choose);
  since.addEventListener("change", choose);
  for (const event of ["resize", "beforeprint", "afterprint"]) addEventListener(event, resize);
  document.addEventListener("visibilitychange", resize);
  openForPrint();
  // A browser that returns to the page may have kept the chosen filters.
  addEventListener("pageshow", show);
}

/** Opens the tables for printing, because paper is not interactive, and closes them again. */
function openForPrint(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details")].filter(({ open }) => !open);
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}

/** `outstanding_payments-GBP-since-2026-06.csv` */
const csvName = (id: string, { currency, since }: Filter): string =>
  `${[id, currency, ...(since === "" ? [] : ["since", since.slice(0, 7)])].join("-")}.csv`;

/** Shows the answers under a filter; returns the charts by the name of their question. */
function showSections(report: Report, filter: Filter): Map<string, LiveChart> {
  const charts = new Map<string, LiveChart>();
  for (const question of questions) {
    const id = idOf(question);
    if (report.rows[id] === null) continue;
    const { view, table } = sectionParts(report, question, filter);
    const part = (name: string): HTMLElement => find(`#${id} .${name}`, HTMLElement);
    part("answer").textContent = view.answer;
    part("numbers").innerHTML = table.text;
    letSort(part("numbers"), view.table);
    part("numbers").append(csvLink(view.table, { title: question.title, name: csvName(id, filter) }));
    if (view.chart === undefined) part("chart").replaceChildren();
    part("chart").hidden = view.chart === undefined;
    part("chart").setAttribute("aria-label", chartLabel(view));
    if (view.chart !== undefined) charts.set(id, liveChart(part("chart"), view.chart));
  }
  return charts;
}

/** The age of the data at reading time; the page may have been saved long ago. */
function ageText(capturedAt: string): string {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(capturedAt)) / 60_000));
  const [count, unit] =
    minutes < 120
      ? [minutes, "minute"]
      : minutes < 2880
        ? [Math.round(minutes / 60), "hour"]
        : [Math.round(minutes / 1440), "day"];
  return ` (${count} ${unit}${count === 1 ? "" : "s"} ago)`;
}
