import { render, type ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Overview } from "../api";
import { Alarms } from "./views/alarms";
import { Commits } from "./views/commits";
import { Lake } from "./views/lake";
import { connect, useConnected, useLive, useNow, type Live } from "./live";
import { Logs } from "./views/logs";
import { Metrics } from "./views/metrics";
import { Operations } from "./views/operations";
import { Answer, Panel } from "./parts";
import { Picture } from "./picture";
import { Rejected } from "./views/rejected";
import { Schemas } from "./views/schemas";
import { Signs } from "./signs";
import { Stages } from "./views/stages";
import { Tables } from "./views/tables";
import { troubleOf } from "./status/tab-title";
import { Troubles } from "./troubles";
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
  { name: "tables", title: "Tables", page: Tables },
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

/** The pages that show the past, which stays valid after the platform has stopped. */
const IS_HISTORY: ReadonlySet<string> = new Set(["metrics", "lake", "rejected", "schemas", "logs"]);

/** Replaces a page whose state is unknown. */
const Unknown = () => <p class="note">What this page showed may be wrong by now, so it is not shown.</p>;

/** The page that the address names; the first page by default. */
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
  const connected = useConnected();
  const main = useRef<HTMLElement>(null);
  const { title = "", page: Page = Pipeline } = PAGES.find(({ name }) => name === current) ?? {};
  const trouble = troubleOf(overview, useNow());
  useEffect(() => {
    const sign = !connected ? "✘ stopped" : live.error === undefined ? trouble : "✘ state unknown";
    document.title = [sign, title, "Marble"].filter((part) => part !== "").join(" · ");
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
        <Signs live={live} />
      </header>
      <Troubles overview={overview} />
      <nav aria-label="Pages">
        {PAGES.map(({ name, title: label }) => (
          <a key={name} href={`#${name}`} aria-current={name === current ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        {connected || IS_HISTORY.has(current) ? <Page overview={live} /> : <Unknown />}
      </main>
      <footer>Times are in UTC. This console runs on this machine only. It is not deployed.</footer>
    </>
  );
}

connect();
render(<Console />, document.body);
