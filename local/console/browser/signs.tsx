import type { Overview } from "../api";
import { isOld } from "./status/age";
import { ago, moment, plural } from "./format";
import { useConnected, useNow, type Live } from "./live";

/** The summary above every page: whether the warehouse is current, its age, and the ringing alarms. */
export function Signs({ live: { data: overview, error } }: { readonly live: Live<Overview> }) {
  const connected = useConnected();
  if (!connected) return <p class="badge failed">✘ the platform does not answer: it has stopped</p>;
  if (error !== undefined) return <p class="badge failed">✘ the state of the platform is unknown: {error}</p>;
  if (overview === undefined) return null;
  const { alarms } = overview;
  return (
    <p class="signs">
      <Freshness overview={overview} />
      <a href="#alarms" class={`badge ${alarms.ringing > 0 ? "failed" : "idle"}`}>
        {alarms.ringing > 0 ? `✘ ${alarms.ringing} of ${alarms.all} alarms ring` : "✔ no alarm rings"}
      </a>
    </p>
  );
}

/** Links to the page of the tables. It says "fresh" only when the whole warehouse is fresh. */
function Freshness({ overview }: { readonly overview: Overview }) {
  const now = useNow();
  const { source, shows, behind, lacking, lakeProblem, warehouseProblem, stages } = overview;
  const badge = (state: string, text: string) => (
    <a href="#tables" class={`badge ${state}`}>
      {text}
    </a>
  );
  if (lakeProblem !== null) return badge("failed", "✘ the lake cannot be read");
  if (warehouseProblem !== null) return badge("failed", "✘ the warehouse cannot be asked");
  if (behind.length > 0) return badge("failed", `✘ ${plural(behind.length, "table")} behind`);
  if (shows === null) return badge("never", "– the age of the warehouse is not known yet");
  const age = `as of ${moment(shows)} (${ago(shows, now)})`;
  const lacks = lacking.waiting + lacking.rejected.length > 0;
  if (source.state === "stopped") return badge("failed", `✘ source stopped, warehouse ${age}`);
  if (stages.some(({ failure }) => failure !== null)) return badge("failed", `✘ warehouse ${age}`);
  if (isOld(overview, now)) return badge("failed", `✘ old: ${age}`);
  return lacks ? badge("partial", `✘ rows are missing, ${age}`) : badge("idle", `✔ fresh ${age}`);
}
