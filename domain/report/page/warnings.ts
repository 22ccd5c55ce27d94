import { countOf } from "../amounts";
import { momentText } from "../months";
import { behindOf, lackingOf, type Report, type RowsLacking, type TableBehind } from "../report";
import { markup, type Html } from "./markup";

/**
 * A warning on top of the page: tables of the warehouse that are behind.
 * @param marts the marts that the page shows
 */
export function behindHtml(report: Report, marts: readonly string[]): Html {
  const tables = Object.entries(report.behind ?? {});
  if (tables.length === 0) return markup``;
  const rows = tables.map(
    ([table, { asOf, reason }]) =>
      markup`<li><b>${table}</b> shows the source as of ${asOf === null ? "never" : momentText(asOf)}: ${reason}</li>`,
  );
  const shown =
    behindOf(report, ...marts).length > 0 ? "Some numbers on this page are older than that. " : "";
  return markup`<div class="behind" role="alert"><p>${shown}These tables are behind:</p>
<ul>${rows}</ul></div>`;
}

/**
 * A warning on top of the page: rows that the warehouse lacks.
 * @param marts the marts that the page shows
 */
export function lackingHtml(report: Report, marts: readonly string[]): Html {
  const tables = Object.entries(report.lacking ?? {});
  if (tables.length === 0) return markup``;
  const where = lackingOf(report, ...marts).length > 0 ? "numbers on this page" : "warehouse";
  return markup`<div class="behind" role="alert"><p>Some rows are missing from the ${where}:</p>
<ul>${tables.map(([table, rows]) => markup`<li><b>${table}</b>: ${rowsText(rows)}</li>`)}</ul></div>`;
}

/** How many rows a table lacks, and why. */
export const rowsText = ({ rejected, waiting }: RowsLacking): string =>
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
export const lackingSentence = (tables: readonly (readonly [string, RowsLacking])[]): Html =>
  markup`${tables.map(
    ([table, rows]) => markup`<p class="behind">Incomplete: of ${table}, ${rowsText(rows)}.</p>
`,
  )}`;

/** A warning in a section: its numbers are older than the page. */
export function behindSentence(tables: readonly (readonly [string, TableBehind])[]): Html {
  const [first] = tables;
  if (first === undefined) return markup``;
  const oldest = tables.map(([, { asOf }]) => asOf ?? "").sort()[0] ?? "";
  const names = tables.map(([table]) => table).join(", ");
  return oldest === ""
    ? markup`<p class="behind">Incomplete: ${names} never got all rows of the source.</p>`
    : markup`<p class="behind">As of ${momentText(oldest)}: ${names} ${tables.length === 1 ? "is" : "are"} behind since then.</p>`;
}
