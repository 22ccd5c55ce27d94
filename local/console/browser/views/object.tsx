import { useState } from "preact/hooks";
import type { CommitPage, TablePage } from "../../api";
import { bytes, count, plural } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Table } from "../parts";

type AddressOf = (place: { readonly bucket: string; readonly key: string }) => string;

/** An object of the lake, a page of it at a time. */
export function ObjectView(props: {
  readonly bucket: string;
  readonly objectKey: string;
  readonly addressOf: AddressOf;
}) {
  const { bucket, objectKey, addressOf } = props;
  /** Where each page begins that was shown, the last the one that is. */
  const [pages, setPages] = useState<readonly string[]>([""]);
  const live = useLive("object", { topics: [], query: { bucket, key: objectKey, from: pages.at(-1) ?? "" } });
  return (
    <Panel title="Object" note={`${bucket} / ${objectKey}`}>
      <Answer live={live}>
        {(page) => {
          if (page.kind === "commit") return <Commit page={page} bucket={bucket} addressOf={addressOf} />;
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
                <span class="note" role="status">
                  page {pages.length}: {plural(page.rows.length, "row")}
                </span>
              </p>
              <Rows page={page} />
            </>
          );
        }}
      </Answer>
    </Panel>
  );
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

function Commit({
  page,
  bucket,
  addressOf,
}: {
  readonly page: CommitPage;
  readonly bucket: string;
  readonly addressOf: AddressOf;
}) {
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
                    <a href={addressOf({ bucket, key })}>{key}</a> <span class="note">{bytes(size)}</span>
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
