import { useState } from "preact/hooks";
import { STAGES } from "../../api";
import { count } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Table, Time } from "../parts";

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "TEXT"];

/** What the stages have logged since the platform was started, the newest first. */
export function Logs() {
  const [filter, setFilter] = useState({ stage: "", level: "", text: "" });
  const live = useLive("logs", { topics: ["logs"], query: filter });
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
        {choose("stage", STAGES)} {choose("level", LEVELS)}{" "}
        <label>
          text{" "}
          <input
            type="search"
            value={filter.text}
            onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value })}
          />
        </label>
      </form>
      <Answer live={live}>
        {({ lines, matching, kept }) => (
          <>
            <p class="note" role="status">
              {count(matching)} of {count(kept)} lines match
              {matching > lines.length && `; the newest ${lines.length} are shown`}.
            </p>
            <Table caption="Log lines" columns={["time", "stage", "level", "message", "fields"]}>
              {lines.map(({ at, stage, level, message, fields }, index) => (
                <tr key={index} class={`level-${level}`}>
                  <td>
                    <Time at={at} />
                  </td>
                  <td>{stage}</td>
                  <td>{level}</td>
                  <td class="wide">{message}</td>
                  <td class="wide note">{fields}</td>
                </tr>
              ))}
            </Table>
          </>
        )}
      </Answer>
    </Panel>
  );
}
