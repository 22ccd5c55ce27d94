import type { ComponentChildren } from "preact";
import type { Overview, TableBehind } from "../api";
import { addressOf } from "./address";
import { idleStages, isOld } from "./status/age";
import { plural } from "./format";
import { useConnected, useNow } from "./live";
import { Since, Time } from "./parts";

/** The texts for the states of tables that are behind. */
export const BEHIND: Readonly<Record<TableBehind["state"], string>> = {
  quarantined: "is in quarantine",
  held: "is held back",
  failed: "cannot be captured",
  absent: "is absent from the source",
  refused: "is refused",
  partial: "is captured in part",
};

const SHOWN = 4;

/** The problems, with cause and remedy, visible on every page without a click. */
export function Troubles({ overview }: { readonly overview: Overview | undefined }) {
  const connected = useConnected();
  const now = useNow();
  if (!connected) return <Stopped />;
  if (overview === undefined) return null;
  const troubles = troublesOf(overview, now);
  if (troubles.length === 0) return null;
  return (
    <section aria-label="What is wrong">
      <ul class="troubles">{troubles}</ul>
    </section>
  );
}

/** Replaces the problems when the platform has stopped, because the last known ones may be outdated. */
const Stopped = () => (
  <section aria-label="What is wrong">
    <ul class="troubles">
      <li>
        The platform does not answer: it has stopped, and no stage runs. Start it again with{" "}
        <code>npm run local</code>. This page then shows its state by itself.
      </li>
    </ul>
  </section>
);

/** Why is the warehouse old, and what to do? */
function Old({ overview, now }: { readonly overview: Overview; readonly now: number }) {
  const { shows, freshnessMinutes } = overview;
  const idle = idleStages(overview, now).join(", ");
  return (
    <li>
      The warehouse is old: it shows the source as of <Time at={shows ?? ""} />, and {freshnessMinutes}{" "}
      minutes are allowed.{" "}
      {idle === ""
        ? "The stages run, so the entries of this list or the logs have the cause."
        : `For at least this time, no run of these stages has ended: ${idle}.`}{" "}
      Run the stages on the page <a href="#pipeline">Pipeline</a>. See “The warehouse is old” in
      docs/runbook.md.
    </li>
  );
}

function troublesOf(overview: Overview, now: number): ComponentChildren[] {
  const { source, stages, helpers, behind, lacking, lakeProblem, warehouseProblem } = overview;
  const failed = [...stages, ...helpers].flatMap(({ name, failure, runs }) =>
    failure === null
      ? []
      : [
          <li key={name}>
            <a href="#pipeline">{name} fails</a> since <Time at={failure.since} />:{" "}
            <span class="sentence">{failure.sentence}</span> {failure.remedy}{" "}
            <a href={addressOf("logs", runs.at(-1)?.id ?? "")}>The log of its last run</a>
          </li>,
        ],
  );
  const late = behind.slice(0, SHOWN).map((one) => (
    <li key={`table ${one.table}`}>
      <a href={addressOf("tables", one.table)}>
        {one.table} {BEHIND[one.state]}
      </a>{" "}
      since <Time at={one.since} />: <span class="sentence">{one.reason}</span> {one.todo.sentence}
    </li>
  ));
  return [
    source.state === "stopped" && (
      <li key="source">
        The source is stopped. Until it is back, no change of it is seen. Bring it back on the page{" "}
        <a href="#pipeline">Pipeline</a>.
      </li>
    ),
    ...failed,
    lakeProblem !== null && (
      <li key="lake">
        The lake cannot be read <Since problem={lakeProblem} />:{" "}
        <span class="sentence">{lakeProblem.reason}</span> Which tables are behind is not known.{" "}
        {lakeProblem.todo}
      </li>
    ),
    warehouseProblem !== null && (
      <li key="warehouse">
        The warehouse cannot be asked <Since problem={warehouseProblem} />:{" "}
        <span class="sentence">{warehouseProblem.reason}</span> {warehouseProblem.todo}
      </li>
    ),
    warehouseProblem === null && isOld(overview, now) && <Old key="old" overview={overview} now={now} />,
    ...late,
    lacking.waiting > 0 && (
      <li key="waiting">
        <a href="#rejected">
          {plural(lacking.waiting, "row")} {lacking.waiting === 1 ? "waits" : "wait"}
        </a>{" "}
        in the warehouse for a row that they refer to. The page <a href="#rejected">Rejected rows</a> names
        it. Bring that row into the source, or correct the reference. See “Rows wait for a dimension” in
        docs/runbook.md.
      </li>
    ),
    lacking.rejected.length > 0 && (
      <li key="rejected">
        Rejected, and missing since:{" "}
        {lacking.rejected.map(({ table, rows }) => `${plural(rows, "row")} of ${table}`).join(", ")}. The page{" "}
        <a href="#rejected">Rejected rows</a> has each with its reason. Correct them in the source, or delete
        them there: any update captures a row again. See “Rejected rows” in docs/runbook.md.
      </li>
    ),
    behind.length > SHOWN && (
      <li key="more">
        <a href="#tables">{plural(behind.length - SHOWN, "more table")} behind</a>
      </li>
    ),
  ].filter((one) => one !== false);
}
