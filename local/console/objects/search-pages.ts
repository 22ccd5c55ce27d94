import { PAGE_ROWS, type RowsPage } from "./ranged-file";

/** The maximum number of pages to search for one answer; the page may request the next part. */
const SEARCHED_PAGES = 100;

/** The rows with a text, from an offset on, as many as fit a page. */
export async function searchPages(
  pageAt: (from: number) => Promise<RowsPage>,
  { start, text }: { readonly start: number; readonly text: string },
): Promise<RowsPage> {
  const wanted = text.toLowerCase();
  let page = await pageAt(start);
  const found = [...matching(page, wanted)];
  for (let pages = 1; page.next !== null && pages < SEARCHED_PAGES && found.length < PAGE_ROWS; pages += 1) {
    page = await pageAt(Number(page.next));
    found.push(...matching(page, wanted));
  }
  return { ...page, rows: found };
}

const matching = ({ rows }: RowsPage, wanted: string): RowsPage["rows"] =>
  rows.filter((row) => row.some((cell) => cell?.toLowerCase().includes(wanted) === true));
