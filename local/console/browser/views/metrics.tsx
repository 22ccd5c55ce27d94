import type { Chart as ChartView } from "../../api";
import { clock, count } from "../format";
import { useLive } from "../live";
import { Answer, Panel } from "../parts";

const WIDTH = 240;
const HEIGHT = 56;
/** How many colours there are. */
const SERIES = 4;

/** A small chart for every metric that was measured within the last hour. */
export function Metrics() {
  const live = useLive("metrics", { topics: ["runs", "alarms"] });
  return (
    <Panel title="Metrics" note="The last half hour by the minute, as CloudWatch would keep it.">
      <Answer live={live}>
        {({ from, to, charts }) => (
          <>
            <p class="note">
              From {clock(from)} to {clock(to)}.
            </p>
            <div class="charts">
              {charts.map((chart) => (
                <Chart key={`${chart.namespace} ${chart.metric}`} chart={chart} />
              ))}
            </div>
          </>
        )}
      </Answer>
    </Panel>
  );
}

function Chart({ chart }: { readonly chart: ChartView }) {
  const { namespace, metric, statistic, series } = chart;
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const highest = Math.max(...values, 1);
  return (
    <figure class="chart">
      <figcaption>
        {metric}{" "}
        <span class="note">
          {namespace}, {statistic.toLowerCase()}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${metric}: ${series.map(newest).join("; ")}`}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {series.map(({ of, values: minutes }, index) => (
          <g key={of} class={`series-${index % SERIES}`}>
            {minutes.map((value, minute) => {
              if (value === null) return null;
              const slot = WIDTH / minutes.length;
              const width = slot / series.length;
              const height = Math.max(1.5, (HEIGHT - 4) * (value / highest));
              return (
                <rect
                  key={minute}
                  x={minute * slot + index * width}
                  y={HEIGHT - height}
                  width={width * 0.85}
                  height={height}
                />
              );
            })}
          </g>
        ))}
      </svg>
      <ul>
        {series.map((one, index) => (
          <li key={one.of} class={`series-${index % SERIES}`}>
            ■ {newest(one)}
          </li>
        ))}
      </ul>
    </figure>
  );
}

const newest = ({ of, values }: ChartView["series"][number]): string => {
  const last = values.findLast((value) => value !== null) ?? undefined;
  return `${of}: ${last === undefined ? "nothing" : count(Number.isInteger(last) ? last : Number(last.toPrecision(3)))}`;
};
