import { idOf, type Filter } from "../question";
import type { ReportDeclaration } from "../declaration";
import { headlinesHtml } from "../page/headlines";
import { chartLabel, sectionParts } from "../page/section";
import type { Report } from "../report";
import { liveChart, type LiveChart } from "./live-chart";
import { csvLink, letSort } from "./table";

/** Finds an element of the page. @throws Error when it is missing: page and script belong together */
function find<T extends Element>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

/** The choice of a reader, or "" if the page has no such filter. */
const chosen = (select: HTMLSelectElement | null): string => select?.value ?? "";

/** Makes the charts, tables and filters of the page interactive. */
export function startPage(declared: ReportDeclaration): void {
  const report = JSON.parse(find("#report", HTMLScriptElement).text) as Report;
  const currency = document.querySelector<HTMLSelectElement>("select#currency");
  const since = document.querySelector<HTMLSelectElement>("select#since");
  const charts = new Map<string, LiveChart>();

  const show = (): void => {
    const filter = { currency: chosen(currency), since: chosen(since) };
    const headlines = document.querySelector("dl#headlines");
    if (headlines !== null) headlines.innerHTML = headlinesHtml(report, declared, filter).text;
    for (const chart of charts.values()) chart.dispose();
    charts.clear();
    for (const [id, chart] of showSections(report, declared, filter)) charts.set(id, chart);
  };
  const choose = (): void => {
    show();
    const period = since?.selectedOptions[0]?.text.toLowerCase();
    const shown = [currency?.value, period].filter((text) => text !== undefined);
    find("#status", HTMLElement).textContent = `Showing ${shown.join(", ")}.`;
  };
  const resize = (): void => charts.forEach((chart) => chart.resize());

  if (declared.filters !== undefined) find("#filters", HTMLFormElement).hidden = false;
  find("#age", HTMLElement).textContent = ageText(report.capturedAt);
  for (const select of [currency, since]) select?.addEventListener("change", choose);
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
function csvName(id: string, { currency, since }: Filter): string {
  const parts = [id, currency, since === "" ? "" : `since-${since.slice(0, 7)}`];
  return `${parts.filter((part) => part !== "").join("-")}.csv`;
}

/** Shows the answers under a filter; returns the charts by the name of their question. */
function showSections(
  report: Report,
  { questions }: ReportDeclaration,
  filter: Filter,
): Map<string, LiveChart> {
  const charts = new Map<string, LiveChart>();
  for (const question of questions) {
    const id = idOf(question);
    if (report.rows[id] === null) continue;
    const { view, table } = sectionParts(report, question, filter);
    const part = (name: string): HTMLElement => find(`section.question#${id} .${name}`, HTMLElement);
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
