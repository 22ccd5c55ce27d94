import { useState } from "preact/hooks";
import type { CommitRow, TableRows } from "../../api";
import { addressOf } from "../address";
import { bytes, count, duration, plural } from "../format";
import { useLive } from "../live";
import { Answer, CommitLink, Panel, Read, Since, Table, Time } from "../parts";

const COLUMNS = [
  "commit",
  ...["at", "rows", "deleted", "size", "run"],
  ...["at", "rows", "size", "rejected", "run"],
  ...["at", "rows", "run"],
];
const GROUPS = [
  ["", 1],
  ["ingest", 5],
  ["process", 5],
  ["load: in the warehouse", 3],
] as const;
const NUMBERS = [0, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13];

/** The progress of each commit through the stages, the newest first. */
export function Commits() {
  const [before, setBefore] = useState<number | null>(null);
  const live = useLive("commits", {
    topics: ["runs"],
    query: before === null ? {} : { before: String(before) },
  });
  return (
    <Panel title="Commits" note="One number follows a batch from the source to the warehouse.">
      <Answer live={live}>
        {({ list, bucket, warehouseProblem }) => (
          <>
            {warehouseProblem !== null && (
              <p class="problem">
                The warehouse cannot be asked <Since problem={warehouseProblem} />, so it is not known which
                commits are loaded: <span class="sentence">{warehouseProblem.reason}</span>{" "}
                {warehouseProblem.todo}
              </p>
            )}
            <Read reading={list} what="The list of the commits">
              {({ commits, before: older }) => (
                <>
                  {commits.length === 0 ? (
                    <p class="note">No commit yet.</p>
                  ) : (
                    <Table caption="Commits" groups={GROUPS} columns={COLUMNS} numbers={NUMBERS}>
                      {commits.map((commit) => (
                        <Row
                          key={commit.number}
                          commit={commit}
                          bucket={bucket}
                          known={warehouseProblem === null}
                        />
                      ))}
                    </Table>
                  )}
                  <p class="buttons">
                    <button type="button" disabled={before === null} onClick={() => setBefore(null)}>
                      Newest
                    </button>
                    <button type="button" disabled={older === null} onClick={() => setBefore(older)}>
                      Older
                    </button>
                  </p>
                </>
              )}
            </Read>
          </>
        )}
      </Answer>
    </Panel>
  );
}

function Row({
  commit: { number, ingest, process, load },
  bucket,
  known,
}: {
  readonly commit: CommitRow;
  readonly bucket: string;
  readonly known: boolean;
}) {
  return (
    <tr>
      <th scope="row" class="number">
        <CommitLink bucket={bucket} number={number} />
      </th>
      <td>
        <Time at={ingest.at} />
      </td>
      <Rows rows={ingest.rows} tables={ingest.tables} />
      <td class="number">{count(ingest.deleted)}</td>
      <td class="number">{bytes(ingest.bytes)}</td>
      <Run ms={ingest.runMs} />
      {process === null ? (
        <td colSpan={5} class="waits">
          waits for process
        </td>
      ) : (
        <>
          <td>
            <Time at={process.at} />
          </td>
          <Rows rows={process.rows} tables={process.tables} />
          <td class="number">{bytes(process.bytes)}</td>
          <td class={process.rejected > 0 ? "number bad" : "number"}>
            {process.rejected > 0 ? <a href={`#rejected/${number}`}>{count(process.rejected)}</a> : 0}
          </td>
          <Run ms={process.runMs} id={process.run} />
        </>
      )}
      {load === null ? (
        <td colSpan={3} class="waits">
          {known ? "waits for load" : "not known"}
        </td>
      ) : (
        <>
          <td>
            <Time at={load.at} />
          </td>
          <td class="number">{count(load.rows)}</td>
          <Run ms={load.runMs} />
        </>
      )}
    </tr>
  );
}

/** Older runs are only in the log files. */
const Run = ({ ms, id = null }: { readonly ms: number | null; readonly id?: string | null }) => (
  <td class="number">
    {ms === null ? "–" : id === null ? duration(ms) : <a href={addressOf("logs", id)}>{duration(ms)}</a>}
  </td>
);

function Rows({ rows, tables }: { readonly rows: number; readonly tables: readonly TableRows[] }) {
  return (
    <td class="number">
      {tables.length === 0 ? (
        count(rows)
      ) : (
        <details>
          <summary>{count(rows)}</summary>
          <ul>
            {tables.map(({ table, rows: some }) => (
              <li key={table}>
                {table}: {plural(some, "row")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </td>
  );
}
