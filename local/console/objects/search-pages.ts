import { PAGE_ROWS, type RowsPage } from "./ranged-file";

/** Pages that are searched for one answer; the reader may ask for what follows. */
const SEARCHED_PAGES = 100;

/** The rows of the pages from a place on that have a text, as many as fit a page. */
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
