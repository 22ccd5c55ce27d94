import type { Table } from "../question";
import { orderOf, tableCsv } from "../table";

/**
 * Makes the column headers of a table sort it. Months and ranks are sorted already; the first click on a column sorts
 * in the other direction.
 */
export function letSort(element: HTMLElement, table: Table): void {
  const body = element.querySelector("tbody");
  const heads = [...element.querySelectorAll<HTMLElement>("thead th")];
  if (body === null) return;
  const rows = [...body.rows];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      const descending =
        head.ariaSort === null ? table.columns[column]?.isNumber === true : head.ariaSort === "ascending";
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = descending ? "descending" : "ascending";
      body.append(...orderOf(table, { column, descending }).flatMap((place) => rows[place] ?? []));
    });
    head.replaceChildren(button);
  });
}

/** A link that saves a table as a CSV file. */
export function csvLink(
  table: Table,
  { title, name }: { readonly title: string; readonly name: string },
): HTMLElement {
  const link = document.createElement("a");
  link.className = "csv";
  link.download = name;
  // Without the byte order mark, Excel assumes another encoding.
  link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${tableCsv(table)}`)}`;
  link.textContent = "Save as CSV";
  link.setAttribute("aria-label", `Save as CSV: ${title}`);
  return link;
}
