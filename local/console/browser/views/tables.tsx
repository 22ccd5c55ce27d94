import { useEffect, useRef } from "preact/hooks";
import type {
  Overview,
  SourceTables as SourceTableList,
  SourceTableView,
  WarehouseTableView,
} from "../../api";
import { ActButton, isBusy, useActivity } from "../act";
import { useAddress } from "../address";
import { count, plural } from "../format";
import type { Doubt } from "../status/doubt";
import { doubtOfRows } from "../status/rows-doubt";
import { useLive, useNow, type Live } from "../live";
import { Answer, CommitLink, Panel, Read, Since, Table, Time } from "../parts";
import { BEHIND } from "../troubles";

/** Every table of the source and of the warehouse, with its state, the cause and the remedy. */
export function Tables({ overview: state }: { readonly overview: Live<Overview> }) {
  const { data: overview } = state;
  const live = useLive("tables", { topics: ["runs", "activity"] });
  const now = useNow();
  // Until the state of the stages is known, nobody can say that a table is current.
  if (overview === undefined) return <Answer live={state}>{() => null}</Answer>;
  const shown = { overview, requests: [state, live] };
  return (
    <Answer live={live}>
      {({ source, warehouse, bucket }) => {
        const ofSource = doubtOfRows("process", { ...shown, reading: source }, now);
        const ofWarehouse = doubtOfRows("load", { ...shown, reading: warehouse }, now);
        return (
          <>
            <Panel
              title="Tables of the source"
              note="As the newest commits have them. Those that are behind come first."
            >
              <Read reading={source} what="The state of these tables">
                {(list) => (
                  <>
                    {source.problem === null && <Explanation doubt={ofSource} />}
                    <SourceTables list={list} bucket={bucket} doubt={ofSource} />
                  </>
                )}
              </Read>
            </Panel>
            <Panel
              title="Tables of the warehouse"
              note="As the view marble_table of the warehouse says. A table is as of the oldest of the tables that it is made from."
            >
              <Read reading={warehouse} what="The state of these tables">
                {({ tables, unknown }) => (
                  <>
                    {unknown !== null && (
                      <p class="problem">The state of these tables is unknown. {unknown}</p>
                    )}
                    {warehouse.problem === null && <Explanation doubt={ofWarehouse} />}
                    {tables.length > 0 && <WarehouseTableList tables={tables} doubt={ofWarehouse} />}
                  </>
                )}
              </Read>
            </Panel>
          </>
        );
      }}
    </Answer>
  );
}

/** Why nobody knows that the tables are current: since when, why, and what to do. */
function Explanation({ doubt }: { readonly doubt: Doubt | undefined }) {
  const activity = useActivity();
  if (doubt === undefined) return null;
  const { state, since, orEarlier = false, what, reason, todo, stage } = doubt;
  // A commit that waits is normal for seconds.
  return (
    <div class={since === null ? "note" : "problem"}>
      <p>
        These tables are {state}
        {since !== null && (
          <>
            {" "}
            <Since problem={{ since, orEarlier }} />
          </>
        )}
        , because {what}
        {reason === null ? (
          "."
        ) : (
          <>
            : <span class="sentence">{reason}</span>
          </>
        )}{" "}
        {todo}
      </p>
      {stage !== null && (
        <p class="buttons">
          <ActButton
            label={`Run ${stage}`}
            request={{ action: "run", stages: [stage] }}
            disabled={activity.data === undefined || isBusy(activity.data)}
          />
        </p>
      )}
    </div>
  );
}

/** The state of a table with which the newest commit has no problem. */
function Current({ doubt }: { readonly doubt: Doubt | undefined }) {
  if (doubt === undefined) return <span class="badge idle">✔ current</span>;
  const { state, since, orEarlier = false, what } = doubt;
  return (
    <>
      <span class={`badge ${since === null ? "waiting" : "behind"}`}>
        {since === null ? "◔" : "✘"} {state}
      </span>{" "}
      {since !== null && (
        <>
          <Since problem={{ since, orEarlier }} />,{" "}
        </>
      )}
      because {what}
    </>
  );
}

function SourceTables(props: {
  readonly list: SourceTableList;
  readonly bucket: string;
  readonly doubt: Doubt | undefined;
}) {
  const { list, bucket, doubt } = props;
  if (list.tables.length === 0) return <p class="note">Ingest has not made a commit yet.</p>;
  return (
    <Table
      caption="Tables of the source"
      columns={[
        "table",
        "state",
        "rows",
        "processed as of",
        "rejected",
        `in the last ${plural(list.commits, "commit")}`,
      ]}
      numbers={[2, 4]}
    >
      {list.tables.map((table) => (
        <SourceTable key={table.table} table={table} bucket={bucket} doubt={doubt} />
      ))}
    </Table>
  );
}

function SourceTable(props: {
  readonly table: SourceTableView;
  readonly bucket: string;
  readonly doubt: Doubt | undefined;
}) {
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
          <Current doubt={props.doubt} />
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

const WarehouseTableList = ({
  tables,
  doubt,
}: {
  readonly tables: readonly WarehouseTableView[];
  readonly doubt: Doubt | undefined;
}) => (
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
            <Current doubt={doubt} />
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
