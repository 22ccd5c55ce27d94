import { render, type ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Overview } from "../api";
import { Alarms } from "./views/alarms";
import { Commits } from "./views/commits";
import { ago, clock } from "./format";
import { Lake } from "./views/lake";
import { connect, useConnected, useLive, useNow, type Live } from "./live";
import { Logs } from "./views/logs";
import { Metrics } from "./views/metrics";
import { Operations } from "./views/operations";
import { Answer, Panel } from "./parts";
import { Picture } from "./picture";
import { Rejected } from "./views/rejected";
import { Schemas } from "./views/schemas";
import { Stages } from "./views/stages";
import { TryIt } from "./views/try-it";

interface PageProps {
  readonly overview: Live<Overview>;
}

const PAGES: readonly {
  readonly name: string;
  readonly title: string;
  readonly page: ComponentType<PageProps>;
}[] = [
  { name: "pipeline", title: "Pipeline", page: Pipeline },
  { name: "metrics", title: "Metrics", page: Metrics },
  { name: "alarms", title: "Alarms & mails", page: Alarms },
  { name: "lake", title: "Lake", page: Lake },
  { name: "rejected", title: "Rejected rows", page: Rejected },
  { name: "schemas", title: "Schemas", page: Schemas },
  { name: "operations", title: "Operations", page: Operations },
  { name: "logs", title: "Logs", page: Logs },
];

function Pipeline({ overview: live }: PageProps) {
  return (
    <>
      <Panel title="From the source to the warehouse">
        <Answer live={live}>
          {(overview) => (
            <>
              <Picture overview={overview} />
              <Stages overview={overview} />
            </>
          )}
        </Answer>
      </Panel>
      <TryIt />
      <Commits />
    </>
  );
}

/** The page that the address names; without one, the first. */
function usePage(): string {
  const read = (): string => location.hash.slice(1).split("/")[0] ?? "";
  const [name, setName] = useState(read());
  useEffect(() => {
    const look = (): void => setName(read());
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return PAGES.some((page) => page.name === name) ? name : "pipeline";
}

function Console() {
  const current = usePage();
  const live = useLive("overview", { topics: ["runs", "alarms", "activity"] });
  const { data: overview } = live;
  const main = useRef<HTMLElement>(null);
  const { title = "", page: Page = Pipeline } = PAGES.find(({ name }) => name === current) ?? {};
  const failed = overview?.stages.filter(({ failure }) => failure !== null).map(({ name }) => name) ?? [];
  useEffect(() => {
    document.title = `${failed.length > 0 ? `✘ ${failed.join(", ")} failed · ` : ""}${title} · Marble`;
  });
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header>
        <h1>
          Marble <span class="note">local cloud</span>
        </h1>
        <Signs overview={overview} />
      </header>
      <nav aria-label="Pages">
        {PAGES.map(({ name, title: label }) => (
          <a key={name} href={`#${name}`} aria-current={name === current ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        <Page overview={live} />
      </main>
      <footer>Times are in UTC. This console is on this machine only; nothing of it is deployed.</footer>
    </>
  );
}

/** What one wants to know at a glance: is it connected, how old is the warehouse, does an alarm ring? */
function Signs({ overview }: { readonly overview: Overview | undefined }) {
  const connected = useConnected();
  const now = useNow();
  if (!connected) return <p class="badge failed">✘ the platform does not answer: it has stopped</p>;
  if (overview === undefined) return null;
  const { shows, freshnessMinutes, alarms } = overview;
  const old = shows !== null && now - Date.parse(shows) > freshnessMinutes * 60_000;
  return (
    <p class="signs">
      <span class={`badge ${old ? "failed" : shows === null ? "never" : "idle"}`}>
        {shows === null
          ? "– nothing is known of the warehouse yet"
          : `${old ? "✘" : "✔"} fresh as of ${clock(shows)} (${ago(shows, now)})`}
      </span>
      <a href="#alarms" class={`badge ${alarms.ringing > 0 ? "failed" : "idle"}`}>
        {alarms.ringing > 0 ? `✘ ${alarms.ringing} of ${alarms.all} alarms ring` : "✔ no alarm rings"}
      </a>
      <Tables sign="failed" what="✘ cannot be captured" names={overview.failedTables} />
      <Tables sign="waiting" what="◔ not ingested" names={overview.refusedTables} />
      <Tables sign="waiting" what="◔ held back" names={overview.heldTables} />
      <Tables sign="waiting" what="◔ in quarantine" names={overview.quarantinedTables} />
    </p>
  );
}

interface TablesProps {
  readonly sign: "failed" | "waiting";
  readonly what: string;
  readonly names: readonly string[];
}

/** Tables that nothing new comes of; their reasons stand on the page of the schemas. */
function Tables({ sign, what, names }: TablesProps) {
  if (names.length === 0) return null;
  return (
    <a href="#schemas" class={`badge ${sign}`}>
      {what}: {names.join(", ")}
    </a>
  );
}

connect();
render(<Console />, document.body);
