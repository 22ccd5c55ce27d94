import { useState } from "preact/hooks";
import type { Activity, Overview } from "../../api";
import { ActButton, ActionRuns, isBusy, useActivity } from "../act";
import type { Live } from "../live";
import { Answer, Panel, Since } from "../parts";

/** The operations of docs/operations.md. Each first shows its effect and asks for confirmation. */
export function Operations({ overview }: { readonly overview: Live<Overview> }) {
  const live = useActivity();
  return (
    <>
      <Panel
        title="Operations"
        note="As in docs/operations.md. If an operation is interrupted, start it again."
      >
        <Answer live={live}>
          {(activity) => (
            <>
              <Replay activity={activity} />
              <h3>After a change of the model</h3>
              <p class="note">The processed log of the model's version is built from the ingestion log.</p>
              <p class="buttons">
                <ActButton
                  label="Reprocess"
                  request={{ action: "reprocess" }}
                  disabled={isBusy(activity)}
                  asks
                />
              </p>
              <h3>Tables that the delete guard holds back</h3>
              <Held overview={overview} disabled={isBusy(activity)} />
            </>
          )}
        </Answer>
      </Panel>
      <Panel title="What was done">
        <Answer live={live}>
          {({ actions }) =>
            actions.length === 0 ? <p class="note">No action yet.</p> : <ActionRuns actions={actions} />
          }
        </Answer>
      </Panel>
    </>
  );
}

function Replay({ activity }: { readonly activity: Activity }) {
  const [table, setTable] = useState("");
  const [from, setFrom] = useState("");
  const isWhole = /^[1-9]\d{0,9}$/.test(from);
  const request = {
    action: "replay",
    tables: table === "" ? [] : [table],
    ...(isWhole && { from: Number(from) }),
  } as const;
  const disabled = isBusy(activity) || (from !== "" && !isWhole);
  return (
    <>
      <h3>Replay</h3>
      <p class="note">
        Without a table and a commit, Marble builds all tables again from the first commit, and then replaces
        the old tables. Otherwise it loads the rows again in place.
      </p>
      <p class="buttons">
        <label>
          table{" "}
          <select value={table} onChange={({ currentTarget }) => setTable(currentTarget.value)}>
            <option value="">all</option>
            {activity.warehouseTables.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          from commit{" "}
          <input
            inputMode="numeric"
            size={6}
            value={from}
            onInput={({ currentTarget }) => setFrom(currentTarget.value.trim())}
          />
        </label>
        <ActButton label="Replay" request={request} disabled={disabled} asks />
        <ActButton
          label="Abandon a replay"
          request={{ action: "abandon-replay" }}
          disabled={isBusy(activity)}
          asks
        />
      </p>
    </>
  );
}

function Held(props: { readonly overview: Live<Overview>; readonly disabled: boolean }) {
  const { overview: live, disabled } = props;
  const { data: overview, error } = live;
  if (error !== undefined) return <p class="problem">Not known: {error}</p>;
  if (overview === undefined) return <p class="note">…</p>;
  const { lakeProblem } = overview;
  if (lakeProblem !== null)
    return (
      <p class="problem">
        Not known, because the lake cannot be read <Since problem={lakeProblem} />:{" "}
        <span class="sentence">{lakeProblem.reason}</span> {lakeProblem.todo}
      </p>
    );
  const tables = overview.behind.filter(({ state }) => state === "held").map(({ table }) => table);
  if (tables.length === 0) return <p class="note">No table is held back.</p>;
  return (
    <p class="buttons">
      {tables.map((table) => (
        <ActButton
          key={table}
          label={`Release ${table}`}
          request={{ action: "release", tables: [table] }}
          disabled={disabled}
          asks
        />
      ))}
    </p>
  );
}
