import { useEffect, useRef, useState } from "preact/hooks";
import type { CommitPage, TablePage } from "../../api";
import { addressOf } from "../address";
import { bytes, count, plural } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Read, Table } from "../parts";

/** An object of the lake, one page at a time. */
export function ObjectView({ bucket, objectKey }: { readonly bucket: string; readonly objectKey: string }) {
  /** The beginning of each page so far; the last is the current page. */
  const [pages, setPages] = useState<readonly string[]>([""]);
  const [text, setText] = useState("");
  const query = { bucket, key: objectKey, from: pages.at(-1) ?? "", text };
  const live = useLive("object", { topics: [], query });
  const top = useRef<HTMLDivElement>(null);
  // The tree may be long, and the object opens at its top.
  useEffect(() => top.current?.scrollIntoView(), []);
  const search = (wanted: string): void => {
    setPages([""]);
    setText(wanted);
  };
  return (
    <div ref={top}>
      <Panel title="Object" note={`${bucket} / ${objectKey}`}>
        <Answer live={live}>
          {(reading) => (
            <Read reading={reading} what="This object">
              {(page) => {
                if (page.kind === "commit") return <Commit page={page} bucket={bucket} />;
                if (page.kind === "text") return <pre>{page.text + (page.cut ? "\n…" : "")}</pre>;
                return (
                  <>
                    <p class="buttons">
                      <button
                        type="button"
                        disabled={pages.length === 1}
                        onClick={() => setPages(pages.slice(0, -1))}
                      >
                        Previous rows
                      </button>
                      <button
                        type="button"
                        disabled={page.next === null}
                        onClick={() => setPages([...pages, page.next ?? ""])}
                      >
                        Next rows
                      </button>
                      <label>
                        search{" "}
                        <input
                          type="search"
                          value={text}
                          onInput={({ currentTarget }) => search(currentTarget.value)}
                        />
                      </label>
                      <span class="note" role="status">
                        {shownText(page, { number: pages.length, isSearch: text !== "" })}
                      </span>
                    </p>
                    <Rows page={page} />
                  </>
                );
              }}
            </Read>
          )}
        </Answer>
      </Panel>
    </div>
  );
}

/** `page 2: 100 rows of 1,234`, `page 1: 3 rows of 1,234 match` */
function shownText(
  { rows, total, next }: TablePage,
  { number, isSearch }: { readonly number: number; readonly isSearch: boolean },
): string {
  const of = total === null ? "" : ` of ${count(total)}`;
  const match = isSearch ? ` ${rows.length === 1 ? "matches" : "match"}` : "";
  const more = isSearch && next !== null ? "; the next rows are not searched yet" : "";
  return `page ${number}: ${plural(rows.length, "row")}${of}${match}${more}`;
}

const Rows = ({ page: { columns, rows } }: { readonly page: TablePage }) => (
  <Table caption="Rows" columns={columns}>
    {rows.map((row, index) => (
      <tr key={index}>
        {row.map((cell, column) => (
          <td key={column}>{cell ?? <span class="note">NULL</span>}</td>
        ))}
      </tr>
    ))}
  </Table>
);

function Commit({ page, bucket }: { readonly page: CommitPage; readonly bucket: string }) {
  return (
    <>
      <dl>
        {page.facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
      </dl>
      <Table
        caption="Tables of the commit"
        columns={["table", "what", "rows", "deleted", "files"]}
        numbers={[2, 3]}
      >
        {page.tables.map(({ table, what, rows, deleted, files }) => (
          <tr key={table}>
            <th scope="row">{table}</th>
            <td class="wide">{what}</td>
            <td class="number">{count(rows)}</td>
            <td class="number">{count(deleted)}</td>
            <td>
              <ul>
                {files.map(({ key, bytes: size }) => (
                  <li key={key}>
                    <a href={addressOf("lake", bucket, key)}>{key}</a> <span class="note">{bytes(size)}</span>
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
