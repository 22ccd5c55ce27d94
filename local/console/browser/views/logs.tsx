import { useState } from "preact/hooks";
import { STAGES } from "../../api";
import { useAddress } from "../address";
import { count } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Table, Time } from "../parts";

/** The functions that write logs. */
const WRITERS = [...STAGES, "report", "remodel"];
const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "TEXT"];

/** The log lines since the platform started, the newest first. */
export function Logs() {
  const [filter, setFilter] = useState({ stage: "", level: "", text: "" });
  /** Only the lines of this run, if the address names one: `#logs/ID`. */
  const [run = ""] = useAddress();
  const live = useLive("logs", { topics: ["logs"], query: { ...filter, run } });
  const choose = (name: "stage" | "level", choices: readonly string[]) => (
    <label>
      {name}{" "}
      <select
        value={filter[name]}
        onChange={({ currentTarget }) => setFilter({ ...filter, [name]: currentTarget.value })}
      >
        <option value="">all</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Panel title="Logs" note="The newest lines; all lines are in the folder logs next to the lake.">
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        {choose("stage", WRITERS)} {choose("level", LEVELS)}{" "}
        <label>
          text{" "}
          <input
            type="search"
            value={filter.text}
            onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value })}
          />
        </label>
      </form>
      {run !== "" && (
        <p>
          Only the lines of the run {run}. <a href="#logs">Show all lines</a>. The lines of a run before this
          start of the platform are in the folder logs only.
        </p>
      )}
      <Answer live={live}>
        {({ lines, matching, kept }) => (
          <>
            <p class="note" role="status">
              {count(matching)} of {count(kept)} lines match
              {matching > lines.length && `; the newest ${lines.length} are shown`}.
            </p>
            <Table caption="Log lines" columns={["time", "stage", "level", "message", "fields"]}>
              {lines.map(({ at, stage, level, message, fields, stack }, index) => (
                <tr key={index} class={`level-${level}`}>
                  <td>
                    <Time at={at} />
                  </td>
                  <td>{stage}</td>
                  <td>{level}</td>
                  <td class="wide lines">{message}</td>
                  <td class="wide note">
                    {fields}
                    {stack !== null && (
                      <details>
                        <summary>stack</summary>
                        <pre>{stack}</pre>
                      </details>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          </>
        )}
      </Answer>
    </Panel>
  );
}
