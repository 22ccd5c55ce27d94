import { useEffect, useRef } from "preact/hooks";
import type { SourceTableView, TablesView, WarehouseTableView } from "../../api";
import { ActButton, isBusy, useActivity } from "../act";
import { useAddress } from "../address";
import { count, plural } from "../format";
import { useLive } from "../live";
import { Answer, CommitLink, Panel, Table, Time } from "../parts";
import { BEHIND } from "../troubles";

/** Every table of the source and of the warehouse, with its state, the cause and the remedy. */
export function Tables() {
  const live = useLive("tables", { topics: ["runs", "activity"] });
  return (
    <Answer live={live}>
      {(view) => (
        <>
          <Panel
            title="Tables of the source"
            note="As the newest commits have them. Those that are behind come first."
          >
            {view.lakeProblem === null ? (
              <SourceTables view={view} />
            ) : (
              <p class="problem">The state of these tables is unknown: {view.lakeProblem}</p>
            )}
          </Panel>
          <Panel
            title="Tables of the warehouse"
            note="As the view marble_table of the warehouse says. A table is as of the oldest of the tables that it is made from."
          >
            {view.warehouseProblem !== null && (
              <p class="problem">The state of these tables is unknown: {view.warehouseProblem}</p>
            )}
            {view.warehouse.length > 0 && <WarehouseTables tables={view.warehouse} />}
          </Panel>
        </>
      )}
    </Answer>
  );
}

function SourceTables({ view: { source, bucket, commits } }: { readonly view: TablesView }) {
  if (source.length === 0) return <p class="note">Ingest has not made a commit yet.</p>;
  return (
    <Table
      caption="Tables of the source"
      columns={[
        "table",
        "state",
        "rows",
        "processed as of",
        "rejected",
        `in the last ${plural(commits, "commit")}`,
      ]}
      numbers={[2, 4]}
    >
      {source.map((table) => (
        <SourceTable key={table.table} table={table} bucket={bucket} />
      ))}
    </Table>
  );
}

function SourceTable(props: { readonly table: SourceTableView; readonly bucket: string }) {
  const { table, state, rows, asOf, behind, rejected, commits } = props.table;
  const [chosen] = useAddress();
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (chosen === table) row.current?.scrollIntoView({ block: "center" });
  }, [chosen]);
  return (
    <tr ref={row} class={chosen === table ? "chosen" : undefined}>
      <th scope="row">
        <a href={`#schemas/${encodeURIComponent(table)}`} title="its columns and their changes">
          {table}
        </a>
      </th>
      <td class="wide">
        {behind !== null ? (
          <Behind table={behind} />
        ) : state === "current" ? (
          <span class="badge idle">✔ current</span>
        ) : (
          <span class="badge never">– {state}, and the model does not read it</span>
        )}
      </td>
      <td class="number">{rows === null ? "–" : count(rows)}</td>
      <td>
        {asOf === null ? (
          "never"
        ) : (
          <>
            <Time at={asOf.capturedAt} />, commit <CommitLink bucket={props.bucket} number={asOf.commit} />
          </>
        )}
      </td>
      <td class={rejected > 0 ? "number bad" : "number"}>
        {rejected > 0 ? <a href="#rejected">{count(rejected)}</a> : 0}
      </td>
      <td>
        {commits.length === 0
          ? "no change"
          : commits.map(({ number, at, rows: captured, deleted }) => (
              <div key={number}>
                <CommitLink bucket={props.bucket} number={number} /> · <Time at={at} /> ·{" "}
                {plural(captured, "row")}
                {deleted > 0 && `, ${count(deleted)} deleted`}
              </div>
            ))}
      </td>
    </tr>
  );
}

/** The start, the cause and the remedy. */
function Behind({
  table: { state, since, reason, todo },
}: {
  readonly table: NonNullable<SourceTableView["behind"]>;
}) {
  const activity = useActivity();
  return (
    <>
      <span class={`badge ${state === "partial" ? "partial" : "behind"}`}>✘ {BEHIND[state]}</span> since{" "}
      <Time at={since} />
      <p class="sentence">{reason}</p>
      <p>{todo.sentence}</p>
      {todo.action !== null && (
        <p class="buttons">
          <ActButton
            label={todo.action.label}
            request={todo.action.request}
            disabled={activity.data === undefined || isBusy(activity.data)}
            asks
          />
        </p>
      )}
    </>
  );
}

const WarehouseTables = ({ tables }: { readonly tables: readonly WarehouseTableView[] }) => (
  <Table
    caption="Tables of the warehouse"
    columns={["table", "state", "rows, about", "as of", "made from", "rejected", "waiting"]}
    numbers={[2, 5, 6]}
  >
    {tables.map(({ table, isCurrent, behindSince, reason, rows, asOf, sources, rejected, waiting }) => (
      <tr key={table}>
        <th scope="row">{table}</th>
        <td class="wide">
          {isCurrent ? (
            <span class="badge idle">✔ current</span>
          ) : (
            <>
              <span class="badge behind">✘ behind</span>
              {behindSince !== null && (
                <>
                  {" "}
                  since <Time at={behindSince} />
                </>
              )}
              <p class="sentence">{reason}</p>
            </>
          )}
        </td>
        <td class="number">{rows === null ? "–" : count(rows)}</td>
        <td>{asOf === null ? "never" : <Time at={asOf} />}</td>
        <td>{sources.join(", ")}</td>
        <td class={rejected > 0 ? "number bad" : "number"}>
          {rejected > 0 ? <a href="#rejected">{count(rejected)}</a> : 0}
        </td>
        <td class={waiting > 0 ? "number bad" : "number"}>
          {waiting > 0 ? <a href="#rejected">{count(waiting)}</a> : 0}
        </td>
      </tr>
    ))}
  </Table>
);
