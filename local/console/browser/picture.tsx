import { useEffect, useState } from "preact/hooks";
import type { Overview, StageView } from "../api";
import { isOld } from "./status/age";
import { duration } from "./format";
import { useNow } from "./live";

/** How a state is drawn, never by colour alone. */
const STATES: Readonly<Record<StageView["state"], string>> = {
  never: "– has not run yet",
  running: "▶ running",
  failed: "✘ failed",
  waiting: "◔ work waits",
  behind: "✘ tables behind",
  unknown: "✘ not known",
  idle: "✔ up to date",
};

/**
 * The text of the state of a stage. A stage without work is not up to date if a table is behind, if another stage fails,
 * or if the warehouse is old because no stage runs.
 */
export const stateText = (
  { name, state }: Pick<StageView, "name" | "state">,
  overview: Overview,
  now: number,
): string => {
  // The report is as old as its last run. Remodel works only for process.
  const isHelper = name === "report" || name === "remodel";
  return state === "idle" && (isHelper || !isWhole(overview, now)) ? "✔ done" : STATES[state];
};

/** Does the warehouse show all of the source, as of a time that is not too long ago? */
function isWhole(overview: Overview, now: number): boolean {
  const { source, stages, behind, lacking, lakeProblem, warehouseProblem } = overview;
  return (
    source.state !== "stopped" &&
    lakeProblem === null &&
    warehouseProblem === null &&
    stages.every(({ failure }) => failure === null) &&
    behind.length + lacking.rejected.length + lacking.waiting === 0 &&
    !isOld(overview, now)
  );
}

const CANNOT_BE_ASKED = "cannot be asked";
const CANNOT_BE_READ = "cannot be read";

interface Node {
  readonly kind: "store" | "stage";
  readonly state: string;
  readonly lines: readonly string[];
}

const NARROW = "(max-width: 760px)";

/** True if the window is wide enough to draw the picture from left to right. */
function useNarrow(): boolean {
  const query = matchMedia(NARROW);
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const look = (): void => setNarrow(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow;
}

/** The path from the source to the warehouse: four stores, the three stages between them, and the report. */
export function Picture({ overview }: { readonly overview: Overview }) {
  const narrow = useNarrow();
  const size = narrow ? { width: 300, height: 74, gap: 30 } : { width: 134, height: 84, gap: 36 };
  const step = narrow ? size.height + size.gap : size.width + size.gap;
  const nodes = nodesOf(overview, useNow());
  const length = step * nodes.length - size.gap;
  const box = narrow ? [size.width + 4, length + 4] : [length + 4, size.height + 4];
  return (
    <svg
      class="picture"
      viewBox={`-2 -2 ${box.join(" ")}`}
      role="img"
      aria-label={nodes.map(({ lines }) => lines.join(", ")).join("; then ")}
    >
      {nodes.map(({ kind, state, lines }, index) => {
        const [x, y] = narrow ? [0, index * step] : [index * step, 0];
        return (
          <g key={index} class={`${kind} ${state}`} transform={`translate(${x} ${y})`}>
            {index > 0 && <Arrow narrow={narrow} size={size} flowing={isFlowing(nodes, index)} />}
            <rect width={size.width} height={size.height} rx={kind === "stage" ? size.height / 2 : 8} />
            {lines.map((line, row) => (
              <text
                key={row}
                x={size.width / 2}
                y={size.height / 2 + (row - (lines.length - 1) / 2) * 19 + 5}
              >
                {line}
              </text>
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** Data moves on both sides of a stage that runs. */
const isFlowing = (nodes: readonly Node[], index: number): boolean =>
  nodes[index]?.state === "running" || nodes[index - 1]?.state === "running";

function Arrow(props: {
  readonly narrow: boolean;
  readonly flowing: boolean;
  readonly size: { readonly width: number; readonly height: number; readonly gap: number };
}) {
  const { width, height, gap } = props.size;
  const path = props.narrow
    ? `M${width / 2} ${-gap} v${gap - 3} m-5 -6 l5 6 l5 -6`
    : `M${-gap} ${height / 2} h${gap - 3} m-6 -5 l6 5 l-6 5`;
  return <path class={props.flowing ? "arrow flowing" : "arrow"} d={path} />;
}

function nodesOf(overview: Overview, now: number): readonly Node[] {
  const { source, stages, helpers, ingested, processed, loaded } = overview;
  const store = (name: string, what: string, state: string): Node => ({
    kind: "store",
    state: ["stopped", CANNOT_BE_ASKED, CANNOT_BE_READ].includes(state) ? "failed" : "",
    lines: [name, what, state],
  });
  const commit = (number: number | null, unknown = CANNOT_BE_READ): string =>
    number === null ? unknown : number === 0 ? "empty" : `commit ${number}`;
  const [ingest, process, load] = stages.map((stage) => stageNode(stage, overview, now));
  const [report] = helpers
    .filter(({ name }) => name === "report")
    .map((stage) => stageNode(stage, overview, now));
  return [
    store(source.name, "PostgreSQL", source.state),
    ingest,
    store("ingestion", "CSV", commit(ingested)),
    process,
    store("processed", "Parquet", commit(processed)),
    load,
    store("warehouse", "star schemas", commit(loaded, CANNOT_BE_ASKED)),
    report,
  ].filter((node) => node !== undefined);
}

function stageNode(stage: StageView, overview: Overview, now: number): Node {
  const { name, state, runs } = stage;
  const last = runs.at(-1);
  // Only a large commit gives it work.
  const remodel = overview.helpers.find((helper) => helper.name === "remodel");
  const helps = name === "process" && remodel !== undefined && remodel.state !== "never";
  return {
    kind: "stage",
    state,
    lines: [
      name,
      stateText(stage, overview, now),
      last === undefined ? "" : duration(last.durationMs),
      ...(helps ? [`remodel ${stateText(remodel, overview, now)}`] : []),
    ],
  };
}
